"""Paper: enqueue to proof without faults, bytes of a ticket, time of the encoder.

A simulated printer at 115200 baud without mechanics, behind a pseudo-terminal and in a process of
its own, the real device service, and this process as the core that asks for tickets. Beside
them the floor: the bytes on the line, and the two commits. Writes `benchmarks/out/printing.json`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peripherals.printing.document import Align, Document, HorizontalRule, Qr, TextLine
from peripherals.printing.escpos.encoder import encode, warm
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.jobs import SPOOL_TABLES
from peripherals.printing.spool import Job, Spool
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from provisioning.node.boot_root import boot_root
from sync.store.database import Store

TICKETS = 200
HUDUMA = [sys.executable, "-m", "kiosk.cli", "devices"]


def ticket(number: str) -> Document:
    """A ticket like the kiosk's, with a 54 character signed code."""
    return Document(
        (
            TextLine("HUDUMA CENTRE", Align.CENTRE, bold=True),
            TextLine("Makadara", Align.CENTRE),
            HorizontalRule(),
            TextLine("Nambari yako", Align.CENTRE),
            TextLine(number, Align.CENTRE, scale=4, bold=True),
            TextLine("Kubadilisha kitambulisho kilichopotea", Align.CENTRE, bold=True),
            HorizontalRule(),
            TextLine("Waliotangulia: 12"),
            TextLine("Muda: dakika 20 hadi 40"),
            Qr("HTTPS://V.HUDUMA.GO.KE/A1047-01J9F3K7Q2M8ZW4T6XHD2PBNR5"),
            TextLine("Hifadhi karatasi hii.", Align.CENTRE),
        ),
        "sw",
        number,
    )


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the sorted values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def encoder() -> dict[str, float]:
    """CPU milliseconds and bytes of one ticket, and with a name some letters of which are drawn.

    Processor time, because the machine may be busy with other things.
    """
    warm()
    found: dict[str, float] = {}
    drawn = Document((*ticket("A1047").blocks, TextLine("Wanjir\u0169 wa K\u0129mani")), "sw")
    for name, document in (("ticket", ticket("A1047")), ("ticket with a drawn name", drawn)):
        for profile in ("tm-t20", "generic-58"):
            times = []
            for _ in range(300):
                begin = time.process_time()
                octets = encode(document, PROFILES[profile]).octets
                times.append((time.process_time() - begin) * 1000)
            found[f"{name}, {profile}: CPU ms"] = round(statistics.median(times), 3)
            found[f"{name}, {profile}: bytes"] = len(octets)
    return found


def latency(folder: Path) -> dict[str, float]:
    """Enqueue to proof, one ticket at a time."""
    clock = SystemClock()
    ids = SystemIds(clock)
    path = folder / "spool.db"
    store = Store.open(path, [SPOOL_TABLES])
    spool = Spool(store, boot_root(path, ids), clock, ids)
    link = str(folder / "printer")
    printer = subprocess.Popen(
        [*HUDUMA, "simulate", "printer", "--pty", link, "--baud", "115200"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert printer.stdout is not None
    url = printer.stdout.readline().strip()
    service = subprocess.Popen(
        [*HUDUMA, "run", "--printer", url, "--spool", str(path)], stderr=subprocess.DEVNULL
    )
    try:
        waits = [_one(spool, store, ids, n) for n in range(TICKETS + 10)][10:]
    finally:
        for process in (service, printer):
            process.terminate()
            process.wait()
        store.close()
    octets = encode(ticket("A1047"), PROFILES["tm-t20"]).octets
    return {
        "enqueue to proof, median: ms": round(statistics.median(waits), 1),
        "enqueue to proof, p95: ms": round(percentile(waits, 0.95), 1),
        "enqueue to proof, best: ms": round(min(waits), 1),
        "floor: bytes at 115200 baud: ms": round(len(octets) / 11.52, 1),
    }


def _one(spool: Spool, store: Store, ids: SystemIds, n: int) -> float:
    begin = time.perf_counter()
    job = Job("ticket", ids.uuid7(), ticket(f"A{n + 100}"), "sw", None, f"bench-{n}")
    with store.transaction() as tx:
        job_id = spool.enqueue(tx, job)
    while not spool.job(job_id).state.final:  # type: ignore[union-attr]
        time.sleep(0.001)
    return (time.perf_counter() - begin) * 1000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        found = encoder() | latency(Path(folder))
    for name, value in found.items():
        print(f"{name:<45} {value:>10}")
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / "printing.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
