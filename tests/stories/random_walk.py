"""Random walks: somebody who touches anything, types anything, waits, and sometimes cuts the power.

`Walker` walks a kiosk whose core runs in this process, in virtual time, over real files: a power
cut drops the process's memory and opens the same database again. After every act: no crash, the
screen has a way out, every enabled element does something. After every visit: no word of it is
readable in any file of the site. At the end what was told is held against the database.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from content.catalogue.catalogue import Catalogue
from kiosk.node.composition import KioskParts, kiosk_of
from kiosk.simulation.audit.disk_search import search
from kiosk.simulation.site.demo_site import new_demo_site
from kiosk.ui_protocol.view import Activated, BlockKind, Edited, Region, Role, Scanned, View
from kiosk.visit.flow import State
from provisioning.clock import VirtualClock
from provisioning.node.site import Node, Site
from sync.journal.audit import verify

SHELL_ONLY = frozenset({"language.en", "language.sw", "listen", "text-size", "theme", "call-staff"})
WAYS_OUT = frozenset({"back", "home", "done", "stop", "start", "end-now", "more-time"})
STEPS = 800
_GIVEN = ("Achieng", "Barasa", "Cherono", "Dhahabu", "Ekai", "Farida", "Gĩchũhĩ", "Halake")
_FAMILY = ("Nyong'o", "O'Brien-Wafula", "Mũthoni", "wa Kĩragũ", "Jillo", "Ole Sankan", "Kiptoo")
_HOSTILE = (
    "'; DROP TABLE journal; --",
    '"><script>alert(1)</script>',
    "😀🇰🇪👩‍👩‍👧 Njeri",
    "\x00\x1b[2J\x07\x7f",
    "line one\r\nline two\ttab",
    "\u202eeuropa\u202c",
    "]]>&amp;<?xml?>",
    "${full_name} %s {number} \\n",
    "\ud7ff\ufffd\U0010ffff",
    "  leading and trailing  ",
    "-1",
    "1e999",
    "NaN",
    "٣٤٥٦٧٨٩",
    "0" * 40,
    "2026-02-30",
    "",
)
_FITTING = {
    "phone": ("0722 345 678", "+254 110 987 654"),
    "identity": ("29384756", "8273645"),
    "number": ("12", "4", "0"),
    "multiline": ("Maji hayatoki mtaani kwetu Kwa Njenga", "Please write to Kamene Syokau"),
    "sign": ("",),
}


@dataclass
class Walker:
    """One person (or several, one after another) at one kiosk."""

    site: Site
    node: Node
    catalogue: Catalogue
    chance: random.Random
    clock: VirtualClock = field(default_factory=VirtualClock)
    typed: list[str] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)
    trail: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    cuts: int = 0
    eager: frozenset[str] = frozenset({"question", "consent", "review", "repeat"})

    def __post_init__(self) -> None:
        self.kiosk: KioskParts = self._boot()

    @property
    def view(self) -> View:
        return self.kiosk.controller.view

    def walk(self, steps: int = STEPS) -> None:
        """So many acts, then everybody leaves; raises AssertionError with the trail."""
        try:
            for _ in range(steps):
                self._act()
                self._look()
            self._let_pass(1_000)
            assert self.view.state == "attract"
            self.nothing_is_left()
            self.told_is_true()
        except Exception as error:
            raise AssertionError(f"{error!r} after: {' | '.join(self.trail[-40:])}") from error
        finally:
            self.stop()

    def stop(self) -> None:
        self.kiosk.bell.close()
        self.kiosk.database.store.close()

    def cut_power(self) -> None:
        """Everything in memory is gone; the files are as they are."""
        self.trail.append("cut-power")
        self.cuts += 1
        self.stop()
        self.kiosk = self._boot()
        assert self.view.state == "attract"
        self.nothing_is_left()

    def nothing_is_left(self) -> None:
        """No word typed so far is readable in any file of the site."""
        words = [each for each in self.typed if _personal(each)]
        hits = list(search(self.site.dir, words, but=(self.site.dir / "pack",)))
        assert not hits, [(str(hit.path), hit.offset, words[hit.value]) for hit in hits]

    def told_is_true(self) -> None:
        """Every number and reference that was on a screen is in the database; none twice."""
        store = self.kiosk.database.store
        labels = [row[0] for row in store.all("SELECT reference FROM form_receipt")]
        assert self.references <= set(labels), self.references - set(labels)
        given = store.all("SELECT day, series, number FROM ticket")
        assert len(given) == len(set(given))
        assert len(given) >= len(self.numbers), (self.numbers, given)
        assert verify(store, self.node.name).first_bad is None

    def _boot(self) -> KioskParts:
        return kiosk_of(self.site, self.node, self.clock, catalogue=self.catalogue)

    def _act(self) -> None:
        luck = self.chance.random()
        fields = [each for each in self.view.elements if self._writable(each.role)]
        if luck < 0.004:
            self.cut_power()
        elif luck < 0.03:
            self._let_pass(self.chance.choice((0.5, 12, 59, 61, 75, 91, 130)))
        elif luck < 0.05:
            self._scan()
        elif self.view.state == "status" and self.references and luck < 0.5:
            self._ask_after_a_form()
        elif self.view.state in self.eager and luck < 0.75:
            self._go_on()
        elif fields and luck < 0.35:
            self._type(self.chance.choice(fields).id, self._text())
        else:
            self._tap_something()

    @staticmethod
    def _writable(role: Role) -> bool:
        return role in {Role.FIELD, Role.WHEEL, Role.PAD}

    def _tap_something(self) -> None:
        able = [each for each in self.view.elements if each.enabled]
        # Most people go on with what is in the middle; few press the shell's buttons all day.
        main = [
            each for each in able if each.place in {Region.MAIN, Region.ACTIONS, Region.OVERLAY}
        ]
        pool = main if main and self.chance.random() < 0.8 else able
        chosen = self.chance.choice(pool)
        end = self.chance.choice((".up", ".down")) if chosen.role is Role.WHEEL else ""
        self._tap(chosen.id + end)
        if self.chance.random() < 0.05:
            self._tap(chosen.id + end)  # twice, as impatient people do

    def _tap(self, name: str) -> None:
        self.trail.append(f"{self.view.state}: tap {name}")
        self.clock.advance(seconds=self.chance.uniform(0.2, 3))
        self.kiosk.controller.send(Activated(self.view.number, name))

    def _go_on(self) -> None:
        """As somebody who wants this form done: a fitting answer, and next."""
        roles = {each.id: each.role for each in self.view.elements if each.enabled}
        wheels = [name for name, role in roles.items() if role is Role.WHEEL]
        picks = [name for name in roles if name.startswith("choice.")]
        if picks:
            self._tap(self.chance.choice(picks))
        for wheel, part in zip(wheels, ("14", "6", "1948"), strict=False):
            self._type(wheel, part)
        if "answer" in roles and not wheels:
            fitting = _FITTING.get(self.view.look, ("Njambi Wachira", "0722 111 222", "Box 12"))
            self._type("answer", f"{self.chance.choice(fitting)}")
        onward = ("repeat.done", "submit", "agree", "next")
        self._tap(next((name for name in onward if name in roles), "back"))

    def _ask_after_a_form(self) -> None:
        """A reference the kiosk told somebody; it is no secret of the person who types it."""
        told = self.chance.choice(sorted(self.references))
        self.trail.append(f"{self.view.state}: type the reference {told}")
        self.kiosk.controller.send(Edited(self.view.number, "answer", told))
        self._tap("next")

    def _type(self, name: str, text: str) -> None:
        self.trail.append(f"{self.view.state}: type {text[:40]!r} into {name}")
        self.typed.append(text)
        self.kiosk.controller.send(Edited(self.view.number, name, text))

    def _scan(self) -> None:
        text = self._text()
        self.trail.append(f"{self.view.state}: scan {text[:40]!r}")
        self.typed.append(text)
        self.kiosk.controller.send(Scanned(text))

    def _let_pass(self, seconds: float) -> None:
        self.trail.append(f"wait {seconds:g}")
        self.clock.advance(seconds=seconds)
        self.kiosk.controller.tick()
        self.clock.advance(seconds=0.1)
        self.kiosk.controller.tick()

    def _text(self) -> str:
        chance = self.chance
        name = f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"
        return chance.choice(
            (
                lambda: name,
                lambda: name,
                lambda: f"{chance.randrange(20_000_000, 39_999_999)}",
                lambda: f"07{chance.randrange(10_000_000, 99_999_999)}",
                lambda: (
                    f"{chance.randrange(1, 32)}/{chance.randrange(1, 13)}/{chance.randrange(1940, 2030)}"
                ),
                lambda: str(chance.randrange(0, 99)),
                lambda: f"{name}@example.co.ke".replace(" ", "."),
                lambda: f"{name} " * 90,
                lambda: chance.choice(_HOSTILE) + name,
                lambda: chance.choice(_HOSTILE),
                lambda: "".join(chr(chance.randrange(1, 0xD7FF)) for _ in range(30)),
                lambda: name * 60 + "x" * 1_000,
            )
        )()

    def _look(self) -> None:
        view = self.view
        self.seen.add(view.state)
        able = {each.id for each in view.elements if each.enabled}
        assert able - SHELL_ONLY, f"{view.state} is a dead end: {able}"
        assert able & WAYS_OUT, f"{view.state} has no way out: {able}"
        assert view.title, f"{view.state} says nothing"
        names = [each.id for each in view.elements]
        assert len(names) == len(set(names)), f"{view.state} has an id twice: {names}"
        for block in view.blocks:
            if block.kind is BlockKind.NUMBER and view.state == "ticket":
                self.numbers.add(f"{self.clock.now():%d} {block.value}")
            elif block.kind is BlockKind.NUMBER and view.state == "submitted":
                self.references.add(block.value)
        if view.state in {State.ATTRACT, State.GOODBYE}:
            words = " ".join(f"{b.text} {b.value}" for b in view.blocks)
            assert not any(each in words for each in self.typed if _personal(each))


def _personal(text: str) -> bool:
    """Distinct enough that finding it in a file proves something."""
    return len(text.strip()) >= 8 and len(set(text)) > 2


def walk_with(folder: Path, seeds: Iterable[int], steps: int) -> set[str]:
    """One walk a seed, each on a fresh copy of one site in `folder`; every state that was seen."""
    template = new_demo_site(folder / "template")
    catalogue = Catalogue.open(template.dir / "pack", template.root_public)
    seen: set[str] = set()
    for seed in seeds:
        # A van is its own centre, so that no second process is needed.
        copy = folder / f"walk-{seed}"
        shutil.copytree(template.dir, copy, ignore=shutil.ignore_patterns("pack"))
        (copy / "pack").symlink_to(template.dir / "pack")
        site = Site.open(copy)
        walker = Walker(site, site.node("van-1"), catalogue, random.Random(seed))
        walker.walk(steps)
        seen |= walker.seen
        shutil.rmtree(copy)
    return seen
