"""Benchmark: numbers over the centre's HTTP API, printed, from eight clients as fast as they can.

The real process (`huduma centre --http`) on a demo site, with 50,000 old tickets in its database.
A request is timed from sending to the whole answer, which comes after the commit (synchronous=FULL)
with the wish for the slip in it. CPU is the centre's own; cold start is from the process's start to
its first answer, also in CPU seconds, which a loaded machine does not change.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.tickets import age, cpu_of, lay_out, percentile, rss_of
from kiosk.centre.api.tokens import StaffRole, make_token
from kiosk.node.database import open_node_database
from provisioning.node.site import Site

OUT = Path(__file__).parent / "out" / "centre_api.json"
GOALS = {"p50_ms": 10, "p99_ms": 60, "cpu_ms": 2, "rss_mb": 80, "cold_start_s": 1}
SERVICES = ("NRB-02", "KRA-01", "CRS-01", "NTSA-01")


class Client:
    """One connection that posts."""

    def __init__(self, port: int, token: str, number: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._token, self._number, self._count = token, number, 0
        self._began = time.monotonic_ns()
        self.taken: list[float] = []

    def post(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        self._count += 1
        headers = {
            "authorization": f"Bearer {self._token}",
            "idempotency-key": f"c{self._number}-{self._began}-{self._count}",
        }
        began = time.perf_counter()
        self._line.request("POST", f"/api/v1{path}", json.dumps(body or {}), headers)
        answer = self._line.getresponse()
        found = json.loads(answer.read())
        self.taken.append((time.perf_counter() - began) * 1000)
        return answer.status, found

    def issue(self, tickets: int) -> list[str]:
        """So many printed tickets; their numbers."""
        numbers = []
        for each in range(tickets):
            body = {
                "service": SERVICES[each % len(SERVICES)],
                "kiosk": f"kiosk-{self._number}",
                "print": True,
            }
            status, found = self.post("/tickets", body)
            assert status == 200, found
            numbers.append(found["number"])
        return numbers


def together(clients: list[Client], act: Any) -> list[Any]:
    """Run `act(client)` for all at once; their results."""
    results: list[Any] = [None] * len(clients)

    def run(place: int) -> None:
        results[place] = act(clients[place])

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(clients))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return results


def serve(site: Site) -> tuple[subprocess.Popen[str], int, float]:
    """The centre's process, its HTTP port, and how long it took to its first answer."""
    run = [sys.executable, "-m", "kiosk.cli", "centre", "--site", str(site.dir), "--http", "0"]
    began = time.perf_counter()
    process = subprocess.Popen(run, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline().rsplit(":", 1)[1].split("/")[0])
    while True:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/api/v1/health")
            if line.getresponse().status == 200:
                return process, port, time.perf_counter() - began
        except OSError:
            time.sleep(0.01)


def measure(site: Site, clients: int, tickets: int) -> dict[str, Any]:
    database = open_node_database(site.node("centre"))
    token = make_token(database, StaffRole.MANAGER, name=f"bench-{time.monotonic_ns()}")
    database.store.close()
    process, port, cold = serve(site)
    cold_cpu = cpu_of(process.pid)
    try:
        line = [Client(port, token, number) for number in range(1, clients + 1)]
        together(line, lambda client: client.issue(5))
        for each in line:
            each.taken.clear()
        cpu = cpu_of(process.pid)
        found = together(line, lambda client: client.issue(tickets))
        cpu = cpu_of(process.pid) - cpu
        numbers = {number for each in found for number in each}
        assert len(numbers) == clients * tickets, "a number was told twice"
        taken = [ms for each in line for ms in each.taken]
        rss = rss_of(process.pid)
    finally:
        process.terminate()
        process.wait()
    return {
        "clients": clients,
        "tickets": len(taken),
        "p50_ms": round(percentile(taken, 0.5), 2),
        "p99_ms": round(percentile(taken, 0.99), 2),
        "cpu_ms": round(1000 * cpu / len(taken), 2),
        "rss_mb": round(rss, 1),
        "cold_start_s": round(cold, 2),
        "cold_cpu_s": round(cold_cpu, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=150, help="tickets of each client")
    parser.add_argument("--old", type=int, default=50_000)
    arguments = parser.parse_args()
    rows = []
    for old in (0, arguments.old):
        with tempfile.TemporaryDirectory(prefix="huduma-bench-") as name:
            site = lay_out(Path(name) / "site", 8)
            if old:
                age(site, old, 8)
            for clients in (1, 8):
                row = {"old_tickets": old, **measure(site, clients, arguments.n)}
                rows.append(row)
                print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    OUT.parent.mkdir(exist_ok=True)
    load = os.getloadavg()[0]
    OUT.write_text(json.dumps({"goals": GOALS, "load": load, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
