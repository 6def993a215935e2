"""Profiles: what one printer model can do, as data. To support a model, add a row here.

A code page belongs in `pages` only after a person compared the printer's own test slip
(`huduma devices test NAME`) with the table; characters outside the proven pages are drawn as a
raster line, so a wrong guess here prints wrong letters and a missing one only costs bytes.
Pages are (number of `ESC t n`, Python codec). Sources: the vendors' command manuals for the
models named; dots and columns are those of 203 dpi (8 dots a millimetre).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from peripherals.faults import BadDeviceUrl
from peripherals.printing.protocol_port import PresenterMode, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One model. `dots` across the paper; `columns` of font A (12x24) and font B (9x17)."""

    name: str
    title: str
    dots: int = 576
    columns: int = 48
    columns_small: int = 64
    pages: tuple[tuple[int, str], ...] = ((0, "cp437"),)
    proof: Proof = Proof.PROCESS_ID
    native_qr: bool = True
    cutter: bool = True
    buffer_clear: bool = True  # DLE DC4 8 answers 37h 25h; otherwise DLE ENQ 2
    cut_counter: int = 0  # number of the cumulative cut counter of GS g 2; 0: none
    presenter: PresenterMode = PresenterMode.NONE
    full_status: bool = False  # answers DLE EOT 20 with six bytes (worker/presenter.py)
    retract: bytes = b""  # pulls in a slip nobody took
    eject: bytes = b""  # pushes out the waiting slip
    take_s: float = 20.0  # how long a slip may wait in the mouth
    voice: bool = True  # answers DLE EOT; without it every slip ends as unknown
    logo: str = ""  # key of a logo an operator put into NV memory
    models: tuple[str, ...] = ()  # what GS I 67 may begin with; empty: not compared
    roll_mm: int = 80_000
    answer_s: float = 0.3  # how long a real-time answer may take
    proof_s: float = 3.0  # from the last byte to the proof, without mechanics in the way

    def refuses(self, name: str) -> bool:
        """Whether a printer that calls itself `name` is another model than this profile's.

        Only a name of a maker's series says so; a clone calls itself anything, or nothing, and
        is asked what it can prove instead.
        """
        said = name.strip().upper()
        known = bool(_SERIES.match(said))
        return bool(self.models) and known and not said.startswith(self.models)


_SERIES = re.compile(r"TM-|TSP|TUP|SP7|MC-|SK1|KPM|VKP|TG\d|CT-|SRP-|BK\d")
"""How the makers' own names of receipt and kiosk printers begin."""

_T20 = ("TM-T20", "TM-T82", "TM-M30")
"""Epson's 80 mm class: the same commands and dots (TM-T82 is what it is called in Asia)."""

_WESTERN = ((0, "cp437"), (19, "cp858"), (16, "cp1252"))

PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="tm-t20",
            title="Epson TM-T20 class, 80 mm",
            pages=_WESTERN,
            cut_counter=178,
            models=_T20,
        ),
        Profile(
            name="tm-t20-58",
            title="Epson TM-T20 class with the 58 mm guide",
            dots=384,
            columns=32,
            columns_small=42,
            pages=_WESTERN,
            cut_counter=178,
            models=_T20,
        ),
        Profile(
            name="tm-t88",
            title="Epson TM-T88 class, 80 mm",
            dots=512,
            columns=42,
            columns_small=56,
            pages=_WESTERN,
            cut_counter=178,
            models=("TM-T88",),
        ),
        Profile(
            name="custom-kiosk",
            title="Custom kiosk printer with presenter, 80 mm, ESC/POS emulation",
            # GS e n as in the KPM210/216 manual: 2 retracts, 5 ejects. The numbers differ by
            # model: compare them with the manual of yours (`presenter=hold` never retracts).
            presenter=PresenterMode.RETRACT,
            full_status=True,
            retract=b"\x1de\x02",
            eject=b"\x1de\x05",
            pages=((0, "cp437"),),
            proof=Proof.FENCE,
            buffer_clear=False,
            proof_s=6.0,
        ),
        Profile(
            name="star-escpos",
            title="Star kiosk printer in ESC/POS emulation, 80 mm",
            pages=((0, "cp437"),),
            proof=Proof.FENCE,
            buffer_clear=False,
        ),
        Profile(
            name="generic-80",
            title="ESC/POS clone, 80 mm",
            proof=Proof.FENCE,
            buffer_clear=False,
        ),
        Profile(
            name="generic-58",
            title="ESC/POS clone, 58 mm, no cutter",
            dots=384,
            columns=32,
            columns_small=42,
            proof=Proof.FENCE,
            buffer_clear=False,
            cutter=False,
            roll_mm=30_000,
        ),
        Profile(
            name="write-only",
            title="A printer or file that never answers",
            proof=Proof.NONE,
            voice=False,
            buffer_clear=False,
        ),
    )
}


OPTIONS = ("profile", "proof", "presenter", "pages", "logo", "roll", "cutter", "qr", "named")
"""What a printer's URL may say of its profile."""


def profile_named(name: str, options: Mapping[str, str]) -> Profile:
    """The profile called `name`, changed by the options of a device URL.

    Raises `BadDeviceUrl`. Options: `proof`, `logo`, `pages` (numbers of `ESC t`, comma
    separated, out of the profile's own), `roll` (metres), `cutter`, `qr` (native or raster),
    `presenter` (what becomes of a slip nobody takes, where the printer has a presenter),
    `named` (how the printer calls itself, where its maker calls it otherwise than the profile).
    """
    profile = PROFILES.get(name)
    if profile is None:
        msg = f"There is no printer profile {name!r}; choose one of {', '.join(PROFILES)}."
        raise BadDeviceUrl(msg)
    try:
        if "proof" in options:
            proof = Proof(options["proof"])
            profile = replace(profile, proof=proof, voice=profile.voice and proof != Proof.NONE)
        if "roll" in options:
            profile = replace(profile, roll_mm=_between(1, 500, options["roll"]) * 1000)
        if "pages" in options:
            numbers = {int(word) for word in options["pages"].split(",") if word}
            if lacking := numbers - {number for number, _ in profile.pages}:
                raise ValueError(f"{name} has no page {min(lacking)}")  # noqa: TRY301 - told below
            profile = replace(profile, pages=tuple(p for p in profile.pages if p[0] in numbers))
    except ValueError as error:
        msg = f"The printer's options {dict(options)} do not make sense ({error}); correct them."
        raise BadDeviceUrl(msg) from error
    if "presenter" in options:
        profile = _with_presenter(profile, options["presenter"])
    changes = {
        field: read(options[option])
        for option, (field, read) in _PLAIN.items()
        if option in options
    }
    return replace(profile, **changes)


_PLAIN: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "named": ("models", lambda word: (word.upper(),)),
    "logo": ("logo", lambda word: word[:2]),
    "cutter": ("cutter", lambda word: _one_of({"yes": True, "no": False}, word)),
    "qr": ("native_qr", lambda word: _one_of({"native": True, "raster": False}, word)),
}
"""Options that change one field."""


def _one_of(meanings: Mapping[str, bool], word: str) -> bool:
    if word not in meanings:
        raise BadDeviceUrl(f"{word!r} is not possible there: {' or '.join(meanings)}.")
    return meanings[word]


def _between(least: int, most: int, word: str) -> int:
    number = int(word)
    if not least <= number <= most:
        raise ValueError(f"{word} is not between {least} and {most}")
    return number


def _with_presenter(profile: Profile, word: str) -> Profile:
    if not profile.full_status or word not in set(PresenterMode):
        there = ", ".join(PresenterMode)
        msg = f"presenter={word}: one of {there}, and only for a printer with a presenter."
        raise BadDeviceUrl(msg)
    policy = PresenterMode(word)
    return replace(
        profile,
        presenter=policy,
        full_status=policy is not PresenterMode.NONE,
        retract=profile.retract if policy is PresenterMode.RETRACT else b"",
    )
