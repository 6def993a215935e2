"""Benchmark: from the touch on "no, thank you" to a durable ticket, over the real processes.

Each kiosk is its own process: the appliance with its database and the real link (CURVE over TCP)
to one centre process. A touch is timed until the view with the number exists, which is after both
commits (centre and kiosk, synchronous=FULL) and the spooled slip. Two ways: "at once" lets all
kiosks walk to the last question and then touch in the same moment, again and again (the goal of
the design is for this one); "flat out" lets every kiosk run visits without a pause, so that all
cores of this one machine are full and the queue for them is measured too. CPU is that of the
kiosk and the centre together. Old tickets are put into both databases first, through the
journal's own projections, as 50 days of 1,000.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from content.authoring.build import build_default
from kiosk.node.composition import kiosk_of
from kiosk.node.database import open_node_database
from kiosk.queue.protocol import ReportedTicket
from kiosk.simulation.site.demo_site import agency_codes
from kiosk.ui_protocol.view import Activated
from provisioning.clock import SystemClock, VirtualClock
from provisioning.enrolment.site_layout import demo_plan, free_ports
from provisioning.enrolment.site_layout import lay_out as write
from provisioning.ids import SystemIds
from provisioning.node.site import Site

OUT = Path(__file__).parent / "out" / "tickets.json"
GOALS_MS = {"p50": 10, "p99": 60}
SERVICES = ("NRB-02", "KRA-01", "CRS-01", "NTSA-01")
VISIT_TAPS = ("start", "choose.en", "ticket")


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def age(site: Site, old: int, kiosks: int) -> None:
    """Put `old` finished tickets of earlier days into the centre and into each kiosk."""
    clock = VirtualClock(SystemClock().now() - timedelta(days=60))
    centre = open_node_database(site.node("centre"), clock)
    per_day = max(1, old // 50)
    with centre.store.transaction() as tx:
        for number in range(old):
            clock.advance(seconds=86_400 if number % per_day == 0 else 1)
            day, visit = clock.now().date().isoformat(), centre.ids.uuid7()
            ticket = {"site": "HC-001", "day": day, "series": "A", "number": 101 + number % per_day}
            asked = {"service": "NRB-02", "class": "normal", "rank": 9, "kiosk": "kiosk-1"}
            since = {"since": int(clock.now().timestamp() * 1000)}
            centre.journal.append(tx, "ticket.granted", visit, ticket | asked | since)
            turned = ticket | {"counter": 1, "key": ""}
            for kind in ("ticket.called", "ticket.served"):
                centre.journal.append(tx, kind, visit, turned)
    centre.store.close()
    _age_kiosk(site, old, kiosks)


def _age_kiosk(site: Site, old: int, kiosks: int) -> None:
    for name in kiosk_names(kiosks):
        clock = VirtualClock(SystemClock().now() - timedelta(days=60))
        database = open_node_database(site.node(name), clock)
        with database.store.transaction() as tx:
            for number in range(old // kiosks):
                clock.advance(seconds=60)
                day = (clock.now()).date().isoformat()
                told = ReportedTicket(
                    database.ids.uuid7(), day, "A", 101 + number, "NRB-02", "normal", 9, 0
                )
                body = {
                    "site": "HC-001", "day": told.day, "series": told.series,
                    "number": told.number, "service": told.service, "class": told.priority_class,
                    "rank": told.rank, "agency": "NRB", "source": "centre", "issued_at": 0,
                    "ahead": None, "wait": None,
                }  # fmt: skip
                database.journal.append(tx, "ticket.issued", told.visit, body)
        database.store.close()


def kiosk_names(kiosks: int) -> list[str]:
    return [f"kiosk-{n}" for n in range(1, kiosks + 1)]


def worker(folder: Path, name: str, tickets: int, *, at_once: bool) -> dict[str, Any]:
    """One kiosk: visits one after another; milliseconds per ticket, and CPU. `at_once` says
    "ready" before each touch and waits for a line.
    """
    site = Site.open(folder)
    kiosk = kiosk_of(site, site.node(name))
    controller = kiosk.controller
    services = [kiosk.counter.catalogue.service(code) for code in SERVICES]

    def tap(*names: str) -> None:
        for each in names:
            controller.send(Activated(controller.view.number, each))

    taken, cpu, states = [], 0.0, []
    for number in range(tickets + 3):
        service = services[number % len(services)]
        tap(*VISIT_TAPS)
        while f"category.{service.category}" not in {e.id for e in controller.view.elements}:
            tap("page.next")
        tap(f"category.{service.category}")
        while f"service.{service.code}" not in {e.id for e in controller.view.elements}:
            tap("page.next")
        tap(f"service.{service.code}", "take-ticket")
        if at_once:
            print("ready", flush=True)
            sys.stdin.readline()
        before, cpu_before = time.perf_counter(), time.process_time()
        tap("class.none")
        if number >= 3:  # the first ones shake hands
            taken.append((time.perf_counter() - before) * 1000)
            cpu += time.process_time() - cpu_before
            states.append(controller.session.ticket.label if controller.session.ticket else "")
        tap("done", "done")
    assert len(set(states)) == tickets, "a number was told twice"
    reserve = sum(int(label[1:]) in range(501, 1001) for label in states if "-" not in label)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"ms": taken, "cpu_s": cpu, "from_reserve": reserve, "rss_mb": rss}


def measure(folder: Path, kiosks: int, tickets: int, *, at_once: bool) -> dict[str, Any]:
    """All kiosks against one centre process."""
    run = [sys.executable, "-m", "kiosk.cli", "centre", "--site", str(folder)]
    centre = subprocess.Popen(run, stdout=subprocess.DEVNULL)
    try:
        time.sleep(2.5)  # until it has read its pack of keys and listens
        return _measured(folder, kiosks, tickets, centre.pid, at_once=at_once)
    finally:
        centre.terminate()
        centre.wait()


def _measured(
    folder: Path, kiosks: int, tickets: int, centre: int, *, at_once: bool
) -> dict[str, Any]:
    before = cpu_of(centre)
    run = [sys.executable, __file__, "--site", str(folder), "-n", str(tickets)]
    workers = [
        subprocess.Popen(
            [*run, "--worker", name, *(["--at-once"] if at_once else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in kiosk_names(kiosks)
    ]
    for _round in range(tickets + 3 if at_once else 0):
        _go(workers)
    found = [json.loads(each.communicate()[0]) for each in workers]
    centre_cpu = cpu_of(centre) - before
    centre_rss = rss_of(centre)
    values = [ms for each in found for ms in each["ms"]]
    count = len(values)
    return {
        "kiosks": kiosks,
        "way": "at once" if at_once else "flat out",
        "tickets": count,
        "p50_ms": round(percentile(values, 0.5), 2),
        "p99_ms": round(percentile(values, 0.99), 2),
        "max_ms": round(max(values), 2),
        "cpu_ms_per_ticket": round(
            1000 * (sum(each["cpu_s"] for each in found) + centre_cpu) / count, 2
        ),
        "from_reserve": sum(each["from_reserve"] for each in found),
        "centre_rss_mb": round(centre_rss, 1),
    }


def _go(workers: list[subprocess.Popen[str]]) -> None:
    """Wait until all are ready, then let all touch."""
    for each in workers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in workers:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_of(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def lay_out(folder: Path, kiosks: int) -> Site:
    """A demo site whose centre has `kiosks` kiosks."""
    clock = SystemClock()
    ids = SystemIds(clock)
    plan = demo_plan(agency_codes(), free_ports(4, ids))
    first = next(node for node in plan.nodes if node.name == "kiosk-1")
    others = [node for node in plan.nodes if node.role != "kiosk"]
    line = [replace(first, name=name, unit=n) for n, name in enumerate(kiosk_names(kiosks), 1)]
    write(folder, replace(plan, nodes=(*others, *line)), ids, clock.now())
    site = Site.open(folder)
    build_default(site.dir / "pack", site.root_key(), clock.now())
    return site


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worker")
    parser.add_argument("--site", type=Path)
    parser.add_argument("--at-once", action="store_true")
    parser.add_argument("-n", type=int, default=150)
    parser.add_argument("--old", type=int, default=50_000)
    arguments = parser.parse_args()
    if arguments.worker:
        found = worker(arguments.site, arguments.worker, arguments.n, at_once=arguments.at_once)
        print(json.dumps(found))
        return
    rows = []
    for old in (0, arguments.old):
        with tempfile.TemporaryDirectory(prefix="huduma-bench-") as name:
            site = lay_out(Path(name) / "site", 8)
            if old:
                age(site, old, 8)
            for kiosks, at_once in ((1, True), (8, True), (8, False)):
                found = measure(site.dir, kiosks, arguments.n, at_once=at_once)
                row = {"old_tickets": old, **found}
                rows.append(row)
                print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    OUT.parent.mkdir(exist_ok=True)
    load = os.getloadavg()[0]
    OUT.write_text(json.dumps({"goals_ms": GOALS_MS, "load": load, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
