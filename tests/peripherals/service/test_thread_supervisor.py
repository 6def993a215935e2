"""Workers that crash are made again within bounds; the others never notice."""

from __future__ import annotations

import threading

from peripherals.printing.spool import SPOOL_TABLES
from peripherals.printing.worker.printer_status import read
from peripherals.printing.worker.printer_url import parse_printer_url
from peripherals.service.device_service import DeviceService, ServiceParts
from peripherals.service.thread_supervisor import Bounds, ThreadSupervisor
from peripherals.status import Cause, DeviceState
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from sync.store.database import Store
from sync.store.store_wait import StoreWait

QUICK = Bounds(first_s=0.001, last_s=0.002, tries_max=3, rest_s=30.0)


class Crashing:
    def __init__(self, made: list[int]) -> None:
        made.append(1)

    def turn(self) -> float:
        raise RuntimeError("a bug")

    def close(self) -> None:
        """Nothing held."""


class Steady:
    def __init__(self, turned: threading.Event, woken: threading.Event) -> None:
        self.turned, self.woken = turned, woken

    def turn(self) -> float:
        (self.woken if self.turned.is_set() else self.turned).set()
        return 60.0

    def close(self) -> None:
        """Nothing held."""


def test_a_crashing_worker_rests_after_some_tries_and_the_other_goes_on():
    reports: list[str] = []
    made: list[int] = []
    rested, turned, woken = threading.Event(), threading.Event(), threading.Event()

    def report(name: str, what: str) -> None:
        reports.append(what)
        if len(reports) > QUICK.tries_max:
            rested.set()

    supervisor = ThreadSupervisor(SystemClock(), report, QUICK)
    supervisor.start("bad", lambda: Crashing(made))
    supervisor.start("good", lambda: Steady(turned, woken))
    assert rested.wait(5)
    assert turned.wait(5)
    supervisor.wake()
    assert woken.wait(5)
    assert supervisor.stop(2.0)
    assert len(made) == QUICK.tries_max + 1
    assert supervisor.restarts("bad") == len(made)
    assert "a bug" in reports[0]


def test_a_crashing_printer_is_shown_as_at_fault_and_the_service_stays(tmp_path):
    address = parse_printer_url("escpos+file:///nowhere/x")
    assert address is not None
    clock = SystemClock()
    path = tmp_path / "spool.db"

    def open_database():
        return Store.open(path, [SPOOL_TABLES]), None

    parts = ServiceParts(
        path, bytes(32), [("printer", address)], clock, SystemIds(clock), open_database
    )
    service = DeviceService(parts)
    service._crashed("printer", "a bug")
    store, _ = open_database()
    health = read(store).printers[0]
    assert (health.state, health.cause, health.code) == (
        DeviceState.FAULT,
        Cause.KEEPS_FAILING,
        "P40",
    )
    store.close()
    turns = iter([False, False, True])
    service.run(lambda: next(turns))


def test_an_unplugged_printer_is_lost_and_no_crash(tmp_path, capfd):
    address = parse_printer_url(f"escpos+serial://{tmp_path}/unplugged")
    assert address is not None
    clock, path = SystemClock(), tmp_path / "spool.db"

    def open_database():
        return Store.open(path, [SPOOL_TABLES]), None

    parts = ServiceParts(
        path, bytes(32), [("printer", address)], clock, SystemIds(clock), open_database
    )
    service = DeviceService(parts)
    store, _ = open_database()
    worker = service._maker(0, "printer", address)()
    for _ in range(3):
        assert worker.turn() > 0
        printer = read(store).printers[0]
        assert (printer.state, printer.cause) == (DeviceState.LOST, Cause.NOT_PLUGGED)
    worker.close()
    store.close()
    service.close()
    assert "crashed" not in capfd.readouterr().err


def test_a_held_database_ends_neither_the_start_nor_the_loop_of_the_service(tmp_path, capfd):
    address = parse_printer_url(f"escpos+serial://{tmp_path}/unplugged")
    assert address is not None
    clock, path = SystemClock(), tmp_path / "spool.db"

    def open_database():
        return Store.open(path, [SPOOL_TABLES], patience_ms=1), None

    parts = ServiceParts(
        path, bytes(32), [("printer", address)], clock, SystemIds(clock), open_database
    )
    wait = StoreWait("devices", lambda _seconds: None)
    holder = Store.open(path, [SPOOL_TABLES])
    with holder.transaction():
        tries = iter([False, False, True])
        assert wait.opened(lambda: DeviceService(parts), lambda: next(tries)) is None
    service = wait.opened(lambda: DeviceService(parts), lambda: False)
    assert service is not None
    with holder.transaction():  # now its loop wants to delete what is over
        turns = iter([False, False, True])
        service.run(lambda: next(turns))
    holder.close()
    said = capfd.readouterr().err
    assert said.count("devices:") >= 2
    assert "(code 42)" in said
