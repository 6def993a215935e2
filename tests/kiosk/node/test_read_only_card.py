"""A card that is read-only already at the start: the core serves its calm screen, and opens by
itself when the card takes writes again; the screen finds it both times.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.node.composition import KioskParts, kiosk_of, place_of
from kiosk.node.core_process import CoreFault, at_its_place, core_lock, core_server
from kiosk.node.standby import Standby
from kiosk.node.supervisor import ProcessSupervisor, ServiceProcess
from kiosk.ui_protocol.ipc import HELLO_S, SILENCE_S, CoreClient
from provisioning.clock import SystemClock, VirtualClock
from provisioning.node import boot_root
from provisioning.node.site import Site, runtime_folder, socket_now, socket_path
from tests.kiosk.node.test_standby import TickingClock


class Card:
    """A small disk that can be made read-only."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir()
        made = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(place)]
        try:
            subprocess.run(made, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("this account may not mount a disk")

    def remount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.place)], check=True)

    def end(self) -> None:
        subprocess.run(["umount", "-l", str(self.place)], check=True)


@pytest.fixture
def card() -> Iterator[Card]:
    # Short, as in the field: sockets of a long path lie elsewhere.
    with tempfile.TemporaryDirectory(prefix="card-") as folder:
        found = Card(Path(folder) / "c")
        yield found
        found.end()


@pytest.fixture
def there(card: Card, site: Site) -> Site:
    shutil.copytree(site.dir, card.place / "s", ignore=shutil.ignore_patterns("*.sock"))
    return Site.open(card.place / "s")


@pytest.mark.parametrize("run", ["there", "missing", "with the lock of before"])
def test_the_core_starts_on_a_read_only_card_and_works_on_when_it_takes_writes(
    card: Card, there: Site, catalogue: Catalogue, run: str
) -> None:
    node = there.node("kiosk-1")
    usual = f"ipc://{node.socket_path('core-0')}"
    if run == "missing":
        shutil.rmtree(node.run_dir)
    elif run == "with the lock of before":
        core_lock(node).release()
    card.remount("ro")
    lock = core_lock(node)
    with pytest.raises(CoreFault):
        core_lock(node)
    server = core_server(node, 0)
    assert server.endpoint != usual
    place = place_of(node, catalogue, there.name, demo=False)
    standby = Standby(server, TickingClock(), catalogue, place, node.settings.ui)
    tries = 0

    def attempt() -> KioskParts:
        nonlocal tries
        tries += 1
        if tries == 3:
            card.remount("rw")
        return kiosk_of(there, node, VirtualClock(), catalogue=catalogue)

    kiosk = standby.opened(attempt, lambda: False)
    assert kiosk is not None
    assert tries == 3
    server = at_its_place(node, server, 0)
    assert server.endpoint == usual
    assert at_its_place(node, server, 0) is server
    server.close()
    lock.release()
    kiosk.bell.close()
    kiosk.database.store.close()


def test_a_screen_looks_for_a_silent_core_where_it_is_now(card: Card, there: Site) -> None:
    node = there.node("kiosk-1")
    client = CoreClient(f"ipc://{node.socket_path('core')}")
    given, now = client._link.endpoint, 100.0
    client._monotonic = lambda: now  # type: ignore[method-assign]
    client._answered = client._heard = now
    card.remount("ro")
    seen = []
    for _ in range(4):
        for _ in range(round(SILENCE_S / HELLO_S) + 1):
            now += HELLO_S
            client.poll()
        seen.append(client._link.endpoint)
    assert set(seen) == {given, f"ipc://{node.socket_path('core')}"}
    client.close()


def test_where_sockets_lie_is_the_same_for_every_process_and_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, other = tmp_path / "kiosk-1", tmp_path / "kiosk-2"
    node.mkdir()
    other.mkdir()
    usual = socket_path(node, "core")
    assert runtime_folder(node) == node / "run"
    assert socket_now(usual) == usual
    monkeypatch.setattr("provisioning.node.site.os.access", lambda *_: False)
    memory = tmp_path / "memory"
    memory.mkdir()
    (tmp_path / "mounts").write_text(f"tmpfs {memory} tmpfs rw 0 0\n")
    monkeypatch.setattr(boot_root, "_PLACES", (memory,))
    monkeypatch.setattr(boot_root, "_MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(boot_root.os, "access", lambda path, _: path == memory)
    folder = runtime_folder(node)
    assert folder == runtime_folder(node / ".")
    assert folder.is_relative_to(memory)
    assert folder != runtime_folder(other)
    assert folder.stat().st_mode & 0o077 == 0
    assert socket_now(usual) == socket_path(node, "core") != usual
    Path(socket_now(usual)).parent.rmdir()
    assert socket_now("/elsewhere/core.sock") == "/elsewhere/core.sock"
    monkeypatch.setattr(boot_root, "_PLACES", ())
    without = runtime_folder(node)
    assert without.stat().st_mode & 0o077 == 0
    without.rmdir()


def test_a_service_whose_log_cannot_be_written_runs_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    keeper = ProcessSupervisor(SystemClock())
    keeper.add(ServiceProcess("one", ("sleep", "60"), tmp_path / "logs" / "one.log"))
    assert keeper.pid("one") is not None
    keeper.stop()
