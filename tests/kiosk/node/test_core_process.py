"""The core process: one a node, and nothing that arrives ends it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.centre.service.server import centre_lock
from kiosk.cli.main import main
from kiosk.node.composition import KioskParts, kiosk_of
from kiosk.node.core_process import ClockAdvance, Core, CoreFault, core_lock
from kiosk.ui_protocol.ipc import UnreadableFrame, encode, read_event, read_view
from kiosk.ui_protocol.view import Activated, Edited, Scanned, ViewRequest
from provisioning.clock import VirtualClock
from provisioning.node.site import Site
from sync.service.engine import engine_lock
from sync.transports.zmq_transport import LinkFault, ZmqClient, ZmqServer

DEEP = b"\x82\xa4type\xa7scanned\xa4text" + b"\x91" * 100_000 + b"\xc0"
NO_EVENTS = (
    b"",
    b"\xc1",
    msgspec.msgpack.encode({"type": "scanned", "text": 7}),
    b"\x82\xa4type\xa7scanned\xa4text\xa2\xff\xfe",
    b"\x83\xa4type\xa7scanned\xa4text\xa1x\xa1y" + b"\x91" * 100_000 + b"\xc0",
    DEEP,
)
TEXTS = (
    "\u00b2",
    "\u0663\u0664",
    "9" * 5_000,
    "\0",
    "\U0010ffff" * 2_000,
    "NRB-\u0660G4T-9WKE-2HM7C",
    "NRB-7K3MQ2-\u00b29",
)


class Screen:
    """A core in this process and a screen at its socket."""

    def __init__(self, kiosk: KioskParts, site: Site, clock: VirtualClock) -> None:
        self.kiosk = kiosk
        self.server = ZmqServer(f"ipc://{site.node('van-1').socket_path('core')}")
        self.core = Core(kiosk, self.server, clock, ClockAdvance(None))
        self.link = ZmqClient(self.server.endpoint)

    def send(self, frame: bytes) -> None:
        assert self.link.send(frame, 2.0)
        self.core.turn()

    def tap(self, *names: str) -> None:
        for name in names:
            self.send(encode(Activated(self.kiosk.controller.view.number, name)))

    def fields(self) -> list[str]:
        roles = {"field", "wheel"}
        return [each.id for each in self.kiosk.controller.view.elements if each.role in roles]

    @property
    def number(self) -> int:
        return self.kiosk.controller.view.number


@pytest.fixture
def screen(site: Site, catalogue: Catalogue) -> Iterator[Screen]:
    clock = VirtualClock()
    kiosk = kiosk_of(site, site.node("van-1"), clock, catalogue=catalogue)
    opened = Screen(kiosk, site, clock)
    yield opened
    opened.link.close()
    opened.server.close()
    kiosk.bell.close()
    kiosk.database.store.close()


@pytest.mark.parametrize("frame", NO_EVENTS)
def test_what_is_no_event_is_refused(frame: bytes) -> None:
    with pytest.raises(UnreadableFrame):
        read_event(frame)


def test_the_core_goes_on_after_what_is_no_event(screen: Screen) -> None:
    for frame in NO_EVENTS:
        screen.send(frame)
    screen.send(encode(ViewRequest()))
    answer = screen.link.receive(2.0)
    assert answer is not None
    assert read_view(answer).state == "attract"


def test_whatever_is_scanned_or_typed_the_core_goes_on(screen: Screen) -> None:
    for way in (("status",), ("find",), ("form", "form.lost_id", "agree")):
        screen.tap("start", "choose.en", *way)
        for text in TEXTS:
            screen.send(encode(Scanned(text)))
            for field in screen.fields():
                screen.send(encode(Edited(screen.number, field, text)))
            screen.tap("next")
        screen.tap("stop", "stop.yes")
        screen.core._controller.session = screen.core._controller._fresh()
        screen.core._controller.tick()
        assert screen.kiosk.controller.view.state == "attract"


def test_an_input_that_an_action_cannot_take_is_noted_and_changes_nothing(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_event: object) -> bool:
        return bool(int("x"))

    monkeypatch.setattr(screen.kiosk.controller, "send", fails)
    for _ in range(30):
        screen.send(encode(Scanned("secret words")))
    faults = [e for e in screen.kiosk.database.journal.entries() if e.kind == "node.fault"]
    assert len(faults) == 20, "the journal is not filled by what somebody scans"
    assert faults[0].body["code"] == 41
    assert "secret" not in str(faults[0].body)
    with pytest.raises(ValueError, match="x"):
        screen.send(encode(Activated(1, "start")))


def test_a_second_core_or_sync_of_one_node_is_refused(site: Site) -> None:
    node = site.node("kiosk-1")
    services = ((core_lock, CoreFault, ["core"]), (engine_lock, LinkFault, ["sync", "run"]))
    for lock, refusal, command in services:
        first = lock(node)
        with pytest.raises(refusal, match="kiosk-1 runs already"):
            lock(node)
        other = lock(site.node("kiosk-2"))
        assert main([*command, "--site", str(site.dir), "--node", "kiosk-1"]) == refusal.code
        first.release()
        lock(node).release()
        other.release()


def test_a_second_centre_is_refused_and_so_is_a_restore_beside_it(site: Site) -> None:
    centre = site.node("centre")
    lock = centre_lock(centre)
    place = ["--site", str(site.dir), "--node", "centre"]
    assert main(["centre", *place]) == LinkFault.code
    assert main(["journal", "restore", *place]) == LinkFault.code
    lock.release()
