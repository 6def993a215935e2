"""A busy day of misbehaving devices, in virtual time: what goes wrong, when, and what may follow.

Each `Misbehaviour` happens at a random moment of the work of its device and ends by itself or by
a person who does what the code on the staff screen says. What may never happen is asked after
each: a ticket is on paper once (a repeat is marked) or told another way, nothing is repeated
without a bound, and whatever is wrong has a cause with its number and its steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from peripherals.line_protocol import DeviceCondition, ProtocolBroken
from peripherals.printing.jobs import JobRow, JobState
from peripherals.printing.layout import DUPLICATE_MARK
from peripherals.printing.worker.printer_session import ProofPolicy
from peripherals.service.remedies import remedy_of
from peripherals.simulators.printer.faults import UNDO, FaultInjector
from peripherals.simulators.printer.printer_state import Model
from peripherals.status import Cause, DeviceState
from provisioning.ids import SeededIds
from tests.peripherals.printing.rig import Rig

PATIENCE_S = 15.0
"""So long a citizen waits; then the number is read from the screen."""

CUTS_MOST = 2 * ProofPolicy().clearings_max + ProofPolicy().copies_max + 2
_BY_ITSELF = frozenset({Cause.NONE})


@dataclass
class Findings:
    """What a day came to."""

    happened: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    cuts_most: int = 0

    def name(self, code: str, what: str) -> None:
        """A device is out of order: its code must have steps in both languages."""
        remedy = remedy_of(code)
        if remedy is None or not remedy.steps("en") or not remedy.steps("sw"):
            self.wrong.append(f"{what}: no remedy for {code!r}")
        self.named[code] += 1


# -- the printer ----------------------------------------------------------------------------


def _drops_at_cut(rig: Rig, chance: Random) -> Callable[[], None]:
    """The power dips when the cutter moves, until somebody changes the supply."""
    whole = rig.printer.cut

    def back() -> None:
        rig.printer.power_on()
        rig.printer.connected = True

    def dip(strip: Any) -> None:
        whole(strip)
        rig.printer.connected = False
        rig.printer.power_off()
        rig.printer.later(chance.uniform(0.2, 3.0), back)

    rig.printer.cut = dip

    def mend() -> None:
        rig.printer.cut = whole
        back()

    return mend


def _no_proofs(rig: Rig, chance: Random) -> Callable[[], None]:
    rig.printer.voice.drop_marks = 1_000_000

    def mend() -> None:
        rig.printer.voice.drop_marks = 0

    return mend


def _injected(name: str) -> Callable[[Rig, Random], Callable[[], None]]:
    def begin(rig: Rig, chance: Random) -> Callable[[], None]:
        injector = FaultInjector(rig.printer, SeededIds(chance.randrange(1 << 30)))
        injector.do({"do": name})

        def mend() -> None:
            injector.do({"do": UNDO[name]})

        return mend

    return begin


PRINTER = {
    "drops-at-cut": _drops_at_cut,
    "no-proofs": _no_proofs,
    **{name: _injected(name) for name in UNDO if name not in {"near-end", "nobody-takes"}},
}


LASTING = frozenset({"drops-at-cut", "no-proofs"})
"""Nothing ends these but a technician."""


class PrinterDay:
    """One printer, a ticket every few seconds, and trouble between its first and last byte."""

    def __init__(self, seed: int, findings: Findings, *, counter: bool) -> None:
        self._chance = Random(seed)
        self._findings = findings
        profile = {} if counter else {"cut_counter": 0}
        self.rig = Rig(model=Model(mm_s=200, counter=counter), **profile)
        self._tickets = 0
        self._jobs: dict[str, str] = {}
        self.rig.go(3)

    def trouble(self, name: str) -> None:
        """One misbehaviour: three tickets around it, then the person, then one more."""
        rig, chance, findings = self.rig, self._chance, self._findings
        findings.happened[f"printer {name}"] += 1
        cuts = len(rig.printer.slips)
        first = [self._ticket()]
        begins = chance.uniform(0.0, 1.2)
        lasts = chance.uniform(30, 60) if name in LASTING else chance.uniform(2, 20)
        mended: list[bool] = []

        def begin() -> None:
            end = PRINTER[name](rig, chance)
            rig.at(lasts / 2, lambda: self._told(name))
            rig.at(lasts, lambda: mended.append(end() is None))

        rig.at(begins, begin)
        rig.at(PATIENCE_S, lambda: self._read_from_the_screen(first))
        first += [self._ticket(), self._ticket()]
        rig.go(100, lambda: bool(mended) and rig.done(*first)())
        assert mended
        self._person()
        last = self._ticket()
        rig.go(PATIENCE_S, rig.done(last))
        if rig.job(last).state is not JobState.PRINTED:
            self._person()
            rig.go(PATIENCE_S, rig.done(last))
        if rig.job(last).state is not JobState.PRINTED:
            findings.wrong.append(f"{name}: not mended, {rig.job(last).state} {rig.health()}")
            self._read_from_the_screen([last])
        made = len(rig.printer.slips) - cuts
        findings.cuts_most = max(findings.cuts_most, made)
        if made > CUTS_MOST + 4:
            findings.wrong.append(f"{name}: {made} pieces of paper")

    def close(self) -> None:
        """Look at every piece of paper of the day."""
        whole: dict[str, list[str]] = {}
        for slip in self.rig.printer.slips:
            for number in self._jobs:
                if f"<{number}" in slip.text and f"{number}>" in slip.text:
                    whole.setdefault(number, []).append(slip.text)
        for number, job_id in self._jobs.items():
            self._judge(number, self.rig.job(job_id), whole.get(number, []))
        self.rig.close()

    def _judge(self, number: str, job: JobRow, slips: list[str]) -> None:
        findings = self._findings
        findings.ended[job.state.value] += 1
        unmarked = [slip for slip in slips if DUPLICATE_MARK not in slip]
        if len(unmarked) > 1:
            findings.wrong.append(f"{number}: {len(unmarked)} copies without the mark")
        if job.state is JobState.PRINTED and not slips and job.proof != "person":
            findings.wrong.append(f"{number}: called printed, and is not")
        if not job.state.final:
            findings.wrong.append(f"{number}: still {job.state}")

    def _ticket(self) -> str:
        self._tickets += 1
        number = f"T{self._tickets:05d}"
        self._jobs[number] = self.rig.order(number)
        return self._jobs[number]

    def _told(self, name: str) -> None:
        health = self.rig.health()
        if not health.state.serves:
            self._findings.name(health.code, f"printer {name} ({health.state})")

    def _read_from_the_screen(self, jobs: list[str]) -> None:
        for job in jobs:
            if not self.rig.job(job).state.final:
                with self.rig.store.transaction() as tx:
                    self.rig.spool.hand_over(tx, job, "screen")

    def _person(self) -> None:
        """Does what P40 says: looks at the last slips and settles them; opens the cover once."""
        rig = self.rig
        self._told("after")
        for job in rig.spool.unsettled():
            if job.state is JobState.UNKNOWN:
                with rig.store.transaction() as tx:
                    rig.spool.settle(tx, job.id, on_paper=True)
        rig.printer.body.cover_open = True
        rig.go(3)
        rig.printer.body.cover_open = False
        rig.go(6)


# -- everything else ------------------------------------------------------------------------


def conditions(events: list[Any]) -> Iterator[DeviceCondition]:
    """What a device said of itself; a broken line is said by its worker."""
    for event in events:
        if isinstance(event, ProtocolBroken):
            yield DeviceCondition(DeviceState.LOST, event.cause)
        elif isinstance(event, DeviceCondition):
            yield event


def check_conditions(events: list[Any], what: str, findings: Findings) -> None:
    """Whatever does not serve has a cause with its remedy."""
    for condition in conditions(events):
        if not condition.state.serves:
            findings.name(condition.cause.code("E"), f"{what} ({condition.state})")
