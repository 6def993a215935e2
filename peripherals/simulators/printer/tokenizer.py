"""ESC/POS as a printer reads it: bytes cut into commands. Written from the command manuals.

`next_token` gives the first command of a buffer, or None when its rest has not come yet. A command
it does not know is a `PrinterToken` of kind "unknown" with the bytes it is sure of, so that a test
can assert that none was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10
_TEXT_MAX = 64


@dataclass(frozen=True, slots=True)
class PrinterToken:
    """One command or one run of printable text."""

    kind: str  # "text", "control", "esc", "gs", "fs", "dle", "unknown"
    octets: bytes

    @property
    def name(self) -> bytes:
        """The bytes that say which command it is."""
        return self.octets[:2] if self.kind in {"esc", "gs", "fs", "dle"} else self.octets[:1]

    @property
    def arguments(self) -> bytes:
        return self.octets[2:]


def _fixed(length: int) -> Callable[[bytes], int | None]:
    return lambda octets: length if len(octets) >= length else None


def _counted(offset: int, size: int) -> Callable[[bytes], int | None]:
    """A command whose length stands, little end first, in `size` bytes at `offset`."""

    def length(octets: bytes) -> int | None:
        if len(octets) < offset + size:
            return None
        total = offset + size + int.from_bytes(octets[offset : offset + size], "little")
        return total if len(octets) >= total else None

    return length


def _raster(octets: bytes) -> int | None:
    """GS v 0 m xL xH yL yH d..."""
    if len(octets) < 8:
        return None
    across = int.from_bytes(octets[4:6], "little")
    total = 8 + across * int.from_bytes(octets[6:8], "little")
    return total if len(octets) >= total else None


def _bit_image(octets: bytes) -> int | None:
    """ESC * m nL nH d..."""
    if len(octets) < 5:
        return None
    total = 5 + int.from_bytes(octets[3:5], "little") * (3 if octets[2] in {32, 33} else 1)
    return total if len(octets) >= total else None


def _cut(octets: bytes) -> int | None:
    """GS V m, or GS V m n for the feeding forms."""
    if len(octets) < 3:
        return None
    total = 4 if octets[2] in {65, 66, 97, 98, 103, 104} else 3
    return total if len(octets) >= total else None


def _barcode(octets: bytes) -> int | None:
    """GS k m d... NUL, or GS k m n d..."""
    if len(octets) < 4:
        return None
    if octets[2] > 6:
        total = 4 + octets[3]
        return total if len(octets) >= total else None
    end = octets.find(0, 3)
    return end + 1 if end >= 0 else None


_Rule = Callable[[bytes], int | None]

_ESC: Mapping[int, _Rule] = {
    **{ord(letter): _fixed(2) for letter in "@2LS<\x0c"},
    **{ord(letter): _fixed(3) for letter in " !%-3=?EGJMRTUVadertuv{Ki"},
    **{ord(letter): _fixed(4) for letter in "$\\c"},
    ord("p"): _fixed(5),
    ord("B"): _fixed(4),
    ord("W"): _fixed(10),
    ord("*"): _bit_image,
    ord("("): _counted(3, 2),
}
_GS: Mapping[int, _Rule] = {
    **{ord(letter): _fixed(3) for letter in "!BEHabefhrwIT"},
    **{ord(letter): _fixed(4) for letter in "LWP$\\"},
    ord("g"): _fixed(6),
    ord("^"): _fixed(5),
    ord(":"): _fixed(2),
    ord("v"): _raster,
    ord("("): _counted(3, 2),
    ord("8"): _counted(3, 4),
    ord("V"): _cut,
    ord("k"): _barcode,
}
_FS: Mapping[int, _Rule] = {
    **{ord(letter): _fixed(2) for letter in "&."},
    **{ord(letter): _fixed(3) for letter in "!-CW"},
    ord("p"): _fixed(4),
    ord("S"): _fixed(4),
    ord("("): _counted(3, 2),
}
_DLE: Mapping[int, _Rule] = {0x04: _fixed(3), 0x05: _fixed(3), 0x14: _fixed(5)}
_FAMILIES: Mapping[int, tuple[str, Mapping[int, _Rule]]] = {
    ESC: ("esc", _ESC),
    GS: ("gs", _GS),
    FS: ("fs", _FS),
    DLE: ("dle", _DLE),
}
_CONTROLS = frozenset({0x00, 0x09, 0x0A, 0x0C, 0x0D, 0x18})


def next_token(octets: bytes) -> PrinterToken | None:
    """The first command of `octets`; None when it is not complete yet (or nothing is there)."""
    if not octets:
        return None
    head = octets[0]
    if head >= 0x20:
        end = 1
        while end < min(len(octets), _TEXT_MAX) and octets[end] >= 0x20:
            end += 1
        return PrinterToken("text", octets[:end])
    if head not in _FAMILIES:
        kind = "control" if head in _CONTROLS else "unknown"
        return PrinterToken(kind, octets[:1])
    if len(octets) < 2:
        return None
    kind, rules = _FAMILIES[head]
    rule = rules.get(octets[1])
    if rule is None:
        return PrinterToken("unknown", octets[:2])
    length = rule(octets)
    return None if length is None else PrinterToken(kind, octets[:length])


def tokens(octets: bytes) -> list[PrinterToken]:
    """All commands of a finished stream; a cut-off last one is "unknown"."""
    found: list[PrinterToken] = []
    while octets:
        token = next_token(octets) or PrinterToken("unknown", octets)
        found.append(token)
        octets = octets[len(token.octets) :]
    return found
