"""A core whose database cannot be opened: a calm screen at once, and up again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.node.composition import place_of
from kiosk.node.standby import RETRY_S, Standby
from kiosk.ui_protocol.ipc import SILENCE_S, SILENT_CORE, CoreClient, encode, read_view
from kiosk.ui_protocol.view import Activated, View, ViewRequest
from provisioning.clock import VirtualClock
from provisioning.node.site import Site
from sync.faults import Fork
from sync.store.database import DiskFull, Store, StoreFault
from sync.store.reserve import RESERVE_BYTES, give_up_reserve, keep_reserve, reserve_file
from sync.transports.zmq_transport import ZmqClient, ZmqServer


class TickingClock(VirtualClock):
    """A moment passes with every look, so that nothing waits."""

    def monotonic(self) -> float:
        self.advance(seconds=RETRY_S / 8)
        return super().monotonic()


@pytest.fixture
def standby(site: Site, catalogue: Catalogue) -> Iterator[tuple[Standby, ZmqClient]]:
    node = site.node("kiosk-1")
    server = ZmqServer(f"ipc://{node.socket_path('core')}")
    place = place_of(node, catalogue, site.name, demo=False)
    link = ZmqClient(server.endpoint)
    yield Standby(server, TickingClock(), catalogue, place, node.settings.ui), link
    link.close()
    server.close()


def views(link: ZmqClient) -> list[View]:
    found = []
    while (frame := link.receive(0.2)) is not None:
        found.append(read_view(frame))
    return found


@pytest.mark.parametrize("fault", [DiskFull("full"), StoreFault("gone"), Fork("older copy")])
def test_screens_get_a_calm_view_with_the_code_until_it_opens(
    standby: tuple[Standby, ZmqClient],
    fault: StoreFault | Fork,
    capsys: pytest.CaptureFixture[str],
) -> None:
    waiting, link = standby
    tries = 0

    def attempt() -> str:
        nonlocal tries
        tries += 1
        if tries < 4:
            assert link.send(encode(ViewRequest()), 2.0)
            assert link.send(encode(Activated(1, "start")), 2.0)
            assert link.send(b"\xc1 no event", 2.0)
            raise fault
        return "open"

    assert waiting.opened(attempt, lambda: False) == "open"
    seen = views(link)
    assert seen
    for view in seen:
        assert (view.state, view.elements) == ("unavailable", ())
        assert str(fault.code) in "".join(block.text for block in view.blocks)
    assert capsys.readouterr().err.count(f"(code {fault.code})") == 1


def test_told_to_stop_it_stops(standby: tuple[Standby, ZmqClient]) -> None:
    def fails() -> str:
        raise DiskFull("full")

    asked = iter([False, False, True, True, True])
    assert standby[0].opened(fails, lambda: next(asked)) is None


def test_a_silent_core_leaves_nothing_on_the_screen(site: Site) -> None:
    server = ZmqServer(f"ipc://{site.node('kiosk-1').socket_path('core')}")
    client = CoreClient(server.endpoint)
    now = 100.0
    client._monotonic = lambda: now  # type: ignore[method-assign]
    client._answered = client._heard = now
    assert client.poll() is None
    now += SILENCE_S
    assert client.poll() == SILENT_CORE
    assert client.poll() is None, "once"
    assert SILENT_CORE.elements == ()
    client.close()
    server.close()


def test_the_reserve_is_given_up_for_the_last_entries_and_made_again(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = Store.open(path, [])
    assert keep_reserve(path)
    assert reserve_file(path).stat().st_size == RESERVE_BYTES

    def full() -> None:
        with store.transaction():
            raise DiskFull("full")

    with pytest.raises(DiskFull):
        full()
    assert not reserve_file(path).exists()
    assert not give_up_reserve(path)
    assert keep_reserve(path)
    assert keep_reserve(path)
    store.close()
