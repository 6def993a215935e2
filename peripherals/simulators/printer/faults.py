"""What can be done to a simulated printer, by name: for the control socket and for fault files.

A fault file is JSON lines. Each line does something at a moment: seconds after the start (`at`),
at a slip (`slip`, counted from 1), or by chance on every slip (`chance`, 0 to 1, drawn from the
seed). `for` puts it right again after so many seconds:

    {"slip": 3, "do": "paper-out", "after": 12, "for": 0.5}
    {"at": 4.0, "do": "unplug", "for": 1.0}
    {"chance": 0.2, "do": "mute", "for": 0.8}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from peripherals.faults import BadDeviceUrl
from peripherals.simulators.printer.printer import SimulatedPrinter
from peripherals.simulators.printer.responses import automatic_status
from provisioning.ids import Ids

_SWAP_S = 0.8
"""How long the cable hangs loose between two printers."""

UNDO: Mapping[str, str] = {
    "paper-out": "ready",
    "near-end": "paper-in",
    "cover-open": "cover-close",
    "cutter-jam": "cutter-free",
    "hot": "cool",
    "unplug": "plug",
    "power-off": "power-on",
    "power-off-kept": "power-on",
    "stall": "flow",
    "mute": "speak",
    "garbage": "clean",
    "asb-noise": "clean",
    "late": "prompt",
    "other-model": "own-model",
    "nobody-takes": "take",
}
"""What puts each fault right."""


class FaultInjector:
    """Does things to one printer. `ids` is where chance comes from."""

    def __init__(self, printer: SimulatedPrinter, ids: Ids) -> None:
        self._printer = printer
        self._ids = ids
        self._own_name = printer.model.name
        body, voice = printer.body, printer.voice
        self.actions: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            "ready": self._ready,
            "paper-out": self._paper_out,
            "paper-in": self._paper_in,
            "near-end": lambda _: _put(body, near_end=True),
            "cover-open": lambda _: _put(body, cover_open=True),
            "cover-close": lambda _: _put(body, cover_open=False),
            "cutter-jam": lambda _: _put(body, cutter_jam=True, cutter_freed=False),
            "cutter-free": lambda _: _put(body, cutter_freed=True),
            "hot": lambda _: _put(body, hot=True),
            "cool": lambda _: _put(body, hot=False),
            "unplug": lambda _: _put(printer, connected=False),
            "plug": lambda _: _put(printer, connected=True),
            "power-off": self._power_off,
            "power-off-kept": lambda request: self._power_off(request, keep_buffer=True),
            "power-on": self._power_on,
            "stall": lambda _: _put(printer, stalled=True),
            "flow": lambda _: _put(printer, stalled=False),
            "mute": lambda _: _put(voice, muted=True),
            "speak": lambda _: _put(voice, muted=False),
            "garbage": lambda _: _put(voice, noise=self._garbage),
            "asb-noise": lambda _: _put(voice, noise=lambda: automatic_status(body)),
            "clean": lambda _: _put(voice, noise=None),
            "late": lambda request: _put(voice, late_s=float(request.get("seconds", 0.4))),
            "prompt": lambda _: _put(voice, late_s=0.0),
            "other-model": lambda request: self._swap(str(request.get("name", "TM-T88SIM"))),
            "own-model": lambda _: self._swap(self._own_name),
            "nobody-takes": lambda _: _put(printer, nobody_takes=True),
            "take": self._take,
            "drop-replies": lambda request: _put(voice, drop_next=int(request.get("count", 1))),
            "drop-ids": lambda request: _put(voice, drop_marks=int(request.get("count", 1))),
        }

    def do(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One action, as the control socket sends it; its answer. `state` only asks."""
        name = str(request.get("do", ""))
        if name == "state":
            return {"ok": True, **self.state()}
        action = self.actions.get(name)
        if action is None:
            known = ", ".join(sorted(self.actions))
            return {"ok": False, "error": f"cannot do {name!r}; known: {known}"}
        action(request)
        if "for" in request and name in UNDO:
            undo = self.actions[UNDO[name]]
            self._printer.later(float(request["for"]), lambda: undo({}))
        return {"ok": True}

    def state(self) -> dict[str, Any]:
        """The machine as it stands."""
        body, voice = self._printer.body, self._printer.voice
        return {
            "paper_out": body.paper_out,
            "near_end": body.near_end,
            "cover_open": body.cover_open,
            "cutter_jam": body.cutter_jam,
            "hot": body.hot,
            "in_presenter": body.in_presenter,
            "powered": body.powered,
            "model": self._printer.model.name,
            "connected": self._printer.connected,
            "stalled": self._printer.stalled,
            "muted": voice.muted,
            "slips": len(self._printer.slips),
            "unknown_commands": len(self._printer.unknown),
        }

    def _ready(self, request: Mapping[str, Any]) -> None:
        """Everything a person at the machine would put right."""
        self._paper_in(request)
        body = self._printer.body
        body.cover_open = body.hot = False
        body.cutter_freed = body.cutter_jam

    def _paper_out(self, request: Mapping[str, Any]) -> None:
        after = int(request.get("after", 0))
        if after > 0:
            self._printer.out_of_paper_in = after
        else:
            _put(self._printer.body, paper_out=True)

    def _paper_in(self, _request: Mapping[str, Any]) -> None:
        self._printer.out_of_paper_in = None
        _put(self._printer.body, paper_out=False, near_end=False)

    def _power_off(self, request: Mapping[str, Any], *, keep_buffer: bool = False) -> None:
        """A USB printer takes its port with it; on a plain serial line (`hangup` false) not."""
        self._printer.power_off(keep_buffer=keep_buffer)
        self._printer.connected = not request.get("hangup", True)

    def _power_on(self, _request: Mapping[str, Any]) -> None:
        self._printer.power_on()
        self._printer.connected = True

    def _swap(self, name: str) -> None:
        """Another printer (its name; empty: one that has none) is put on the same cable."""
        printer = self._printer
        self._power_off({})
        printer.model = replace(printer.model, name=name)
        printer.later(_SWAP_S, lambda: self._power_on({}))

    def _take(self, _request: Mapping[str, Any]) -> None:
        self._printer.nobody_takes = False
        self._printer.taken()

    def _garbage(self) -> bytes:
        return self._ids.token(self._ids.token(1)[0] % 7)


def _put(what: object, **values: object) -> None:
    for name, value in values.items():
        setattr(what, name, value)


@dataclass(slots=True)
class _Entry:
    request: dict[str, Any]
    done: bool = False


class FaultScript:
    """A fault file being played."""

    def __init__(self, path: Path, box: FaultInjector, ids: Ids) -> None:
        self._box = box
        self._ids = ids
        self._entries = [_Entry(request) for request in _read(path, box)]

    def tick(self, seconds: float, slips: int) -> None:
        """Do what is due `seconds` after the start, with `slips` finished."""
        for entry in self._entries:
            request = entry.request
            due = ("at" in request and seconds >= float(request["at"])) or (
                "slip" in request and slips + 1 >= int(request["slip"])
            )
            if due and not entry.done:
                entry.done = True
                self._box.do(request)

    def at_slip(self) -> None:
        """A slip was finished: chance is drawn for the next."""
        for entry in self._entries:
            chance = float(entry.request.get("chance", 0))
            if chance and int.from_bytes(self._ids.token(2)) < chance * 65_536:
                self._box.do(entry.request)


def _read(path: Path, box: FaultInjector) -> list[dict[str, Any]]:
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadDeviceUrl(f"{path} cannot be read ({error}); name a file of faults.") from error
    requests = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            request = json.loads(line)
            known = request["do"] in box.actions and bool(_WHEN & set(request))
            numbers = [float(request[key]) for key in _NUMBERS & set(request)]
            known = known and all(0 <= value < _LONG for value in numbers)
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            msg = f'{path}, line {number}: not a fault such as {{"at": 2, "do": "paper-out"}}.'
            raise BadDeviceUrl(msg)
        requests.append(request)
    return requests


_WHEN = frozenset({"at", "slip", "chance"})
_NUMBERS = _WHEN | {"for", "after", "seconds", "count"}
_LONG = 1e9
