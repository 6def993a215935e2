"""The story of a draft: filled, kept, the core killed, taken up with the code, sent, opened."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.node.composition import open_node_database
from kiosk.simulation.stories.core_driver import CoreDriver
from kiosk.simulation.stories.visitor import Visitor, VisitorDetails
from kiosk.ui_protocol.view import BlockKind
from provisioning.cbor import decode
from provisioning.clock import VirtualClock
from provisioning.node.site import Node, Site
from sync.sealing.opener import Opener

START_S = 60.0
FORM = "lost_id"


class Seat:
    """Hands at a core process; enough of a player for `Visitor`."""

    def __init__(self, node: Node, site: Site, log: Path) -> None:
        self._argv = [
            sys.executable, "-m", "kiosk.cli", "core", "--site", str(site.dir), "--node", node.name,
        ]  # fmt: skip
        self._endpoint = f"ipc://{node.socket_path('core')}"
        self._log = log
        self.begin()

    def begin(self) -> None:
        with self._log.open("ab") as log:
            self.core = subprocess.Popen(self._argv, stdout=log, stderr=log)
        self.core_driver = CoreDriver(self._endpoint, patience_s=START_S)
        assert self.core_driver.reach(START_S), self._log.read_text()

    def cut_power(self) -> None:
        self.core.send_signal(signal.SIGKILL)
        self.core.wait()
        self.core_driver.close()

    def do(self, verb: str, rest: str = "") -> None:
        if verb == "tap":
            view = self.core_driver.look()
            while rest not in {e.id for e in view.elements} and any(
                e.id == "page.next" and e.enabled for e in view.elements
            ):
                self.core_driver.tap("page.next")
                view = self.core_driver.look()
            self.core_driver.tap(rest)
        else:
            self.core_driver.type(rest)

    def look(self):
        return self.core_driver.look()

    def end_visit(self) -> None:
        if self.core_driver.look().state not in {"attract", "goodbye"}:
            self.core_driver.tap("stop")


@pytest.fixture
def seat(site: Site, tmp_path: Path) -> Iterator[Seat]:
    seat = Seat(site.node("van-1"), site, tmp_path / "core.log")
    yield seat
    seat.core.kill()
    seat.core.wait()
    seat.core_driver.close()


def test_a_killed_core_loses_at_most_the_last_answer(seat: Seat, site: Site) -> None:
    who = VisitorDetails(4)  # answers optional questions too
    visitor = Visitor(seat, who, "en")  # type: ignore[arg-type] # by its shape
    for name in ("start", "choose.en", "form", f"form.{FORM}", "agree"):
        seat.do("tap", name)
    visitor._answer()
    seat.do("tap", "keep")
    code = next(b.value for b in seat.look().blocks if b.kind is BlockKind.NUMBER)
    seat.do("tap", "continue")
    for _ in range(3):
        visitor._answer()
    at = seat.look().title
    seat.cut_power()
    seat.begin()
    for name in ("start", "choose.en", "form", "resume"):
        seat.do("tap", name)
    seat.do("type", code)
    seat.do("tap", "next")
    assert seat.look().state == "question"
    assert seat.look().title == at
    for _ in range(60):
        state = seat.look().state
        if state == "review":
            break
        if state == "repeat":
            seat.do("tap", "repeat.done")
        else:
            visitor._answer()
    seat.do("tap", "submit")
    assert seat.look().state == "submitted"
    seat.cut_power()
    [record] = records(site.node("van-1"), site)
    text = record["xml"].decode()
    assert who.name in text
    assert who.id_number in text
    assert who.phone.replace(" ", "")[1:] in text
    assert "1990-03-27" in text
    seat.begin()
    for name in ("start", "choose.en", "form", "resume"):
        seat.do("tap", name)
    seat.do("type", code)
    seat.do("tap", "next")
    assert seat.look().state == "resume", "a form that was sent is not there to go on with"


def records(node: Node, site: Site) -> list[dict]:
    """What the agency opens of this node's journal."""
    database = open_node_database(node, VirtualClock())
    found = []
    openers: dict[str, Opener] = {}
    for entry in database.journal.entries():
        if entry.kind == "capsule.opened":
            agency = entry.body["agency"]
            opener = openers.setdefault(agency, Opener(agency, site.agency_key(agency)))
            opener.add_capsule(node.name, entry.body)
        elif entry.kind == "form.submitted":
            plain = openers[entry.body["agency"]].open(node.name, entry.subject, entry.body)
            found.append(decode(plain))
    database.store.close()
    return found
