"""The same rules against a printer simulator nobody here wrote: emupos (needs Python 3.13).

    python3.13 -m venv /tmp/emupos && /tmp/emupos/bin/pip install emupos
    HUDUMA_EMUPOS=/tmp/emupos/bin/emupos make prove

`HUDUMA_EMUPOS_MODEL` is another of its printers (xprinter-xp80t, rongta-rp326), `HUDUMA_EMUPOS_JOBS`
how many slips.

emupos knows no process ids, no DLE DC4 8 and no count of cuts: the proof is a fence. Paper out,
open cover and off-line come from its own control; a proxy in between pulls the cable, stalls,
mutes and says nonsense; the host is killed by throwing it away.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import socket
import subprocess
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from peripherals.drivers.tcp_socket import TcpLine
from peripherals.drivers.transport import DeadlineTransport
from peripherals.printing.document import Qr
from peripherals.printing.escpos.encoder import encode
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.escpos.protocol import EscposProtocol
from peripherals.printing.jobs import JobState
from peripherals.printing.layout import DUPLICATE_MARK
from peripherals.printing.spool import SPOOL_TABLES, Job, Spool
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.printing.worker.printer_status import enlist
from peripherals.printing.worker.printer_worker import PrinterWorker
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from sync.store.database import Store
from tests.peripherals.golden_slips import GOLDEN
from tests.peripherals.printing.campaign import slip_for

EMUPOS = os.environ.get("HUDUMA_EMUPOS", "")
MODEL = os.environ.get("HUDUMA_EMUPOS_MODEL", "epson-tm-t20iii")
JOBS = int(os.environ.get("HUDUMA_EMUPOS_JOBS", "400"))
pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not EMUPOS, reason="name emupos (Python 3.13) in HUDUMA_EMUPOS"),
]


class Killed(BaseException):
    """SIGKILL of the host, here."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Foreign:
    """emupos as a process, with its control."""

    def __init__(self, folder: Path) -> None:
        self.port, self.api = free_port(), free_port()
        self.receipts = folder / "receipts"
        (folder / "emupos.yaml").write_text(
            f"schema: 1\napi: {{ host: 127.0.0.1, port: {self.api} }}\ndevices:\n"
            f"  - id: front\n    type: printer\n    profile: {MODEL}\n"
            f"    connections:\n      - tcp: {{ port: {self.port} }}\n"
            "    job_idle_timeout_ms: 60000\n    receipts_dir: ./receipts\n"
        )
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [EMUPOS, "run", "--config", "emupos.yaml"], cwd=folder, stdout=self.log
        )
        for _ in range(200):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            time.sleep(0.1)
        raise TimeoutError

    def fault(self, name: str, *, on: bool) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self.api, timeout=120)
        link.request("PUT" if on else "DELETE", f"/api/v1/devices/front/faults/{name}")
        status = link.getresponse().status
        link.close()
        assert status == 204

    def slips(self) -> list[str]:
        return [path.read_text() for path in sorted(self.receipts.glob("*.txt"))]

    def unknown(self) -> list[str]:
        self.log.flush()
        text = Path(self.log.name).read_text()
        return re.findall(r"printer\.command\.unknown\s+(.*)", text)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class Wire:
    """A cable with faults between the host and the printer."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.cut = self.stalled = self.muted = self.stopped = False
        self.noise = b""
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.listener.settimeout(0.05)
        while not self.stopped:
            with suppress(OSError):
                host, _ = self.listener.accept()
                if self.cut:
                    host.close()
                    continue
                with host, socket.create_connection(("127.0.0.1", self.target), 2) as printer:
                    self._carry(host, printer)

    def _carry(self, host: socket.socket, printer: socket.socket) -> None:
        for end in (host, printer):
            end.settimeout(0.01)
        while not self.cut and not self.stopped:
            if not self.stalled:
                with suppress(TimeoutError):
                    octets = host.recv(256)
                    if not octets:
                        return
                    printer.sendall(octets)
            with suppress(TimeoutError):
                octets = printer.recv(256)
                if not octets:
                    return
                if not self.muted:
                    host.sendall(self.noise + octets)

    def close(self) -> None:
        self.stopped = True
        self.thread.join(3)
        self.listener.close()


class Host:
    """The spool and its press, thrown away and made again at each killing."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.clock = SystemClock()
        self.ids = SystemIds(self.clock)
        self.left = 0
        self.start()

    def start(self) -> None:
        self.store = Store.open(self.folder / "spool.db", [SPOOL_TABLES])
        self.spool = Spool(self.store, bytes(32), self.clock, self.ids)
        with self.store.transaction() as tx:
            enlist(tx, "printer", 0, self.clock.now(), PROFILES["tm-t20"])
        self.worker = PrinterWorker(
            PrintAttempts(self.spool, "printer", self.clock),
            EscposProtocol(PROFILES["tm-t20"]),
            self.connect,
            self.clock,
            self.ids,
        )

    def connect(self):
        transport = DeadlineTransport(TcpLine("127.0.0.1", self.port))
        write = transport.write

        def mortal(octets: bytes, deadline_s: float) -> int:
            self.left -= 1
            if self.left == 0:
                transport.close_now()
                raise Killed
            return write(octets, deadline_s)

        transport.write = mortal
        return transport

    def turn(self) -> None:
        try:
            time.sleep(min(self.worker.turn(), 0.05))
        except Killed:
            self.store.close()
            self.start()


FAULTS = ("paper-out", "cover-open", "offline", "cable", "stall", "mute", "noise", "kill")


def arm(fault: str, foreign: Foreign, wire: Wire, host: Host, chance: random.Random) -> None:
    begin, length = chance.uniform(0, 0.1), chance.uniform(0.1, 0.9)

    def switch(*, on: bool) -> None:
        match fault:
            case "cable":
                wire.cut = on
            case "stall":
                wire.stalled = on
            case "mute":
                wire.muted = on
            case "noise":
                wire.noise = chance.randbytes(3) if on else b""
            case _:
                foreign.fault(fault, on=on)

    if fault == "kill":
        host.left = chance.randint(1, 8)
        return
    for delay, on in ((begin, True), (begin + length, False)):
        timer = threading.Timer(delay, switch, kwargs={"on": on})
        timer.daemon = True
        timer.start()


def test_every_golden_slip_is_understood_by_an_independent_decoder(tmp_path):
    foreign = Foreign(tmp_path)
    try:
        for done, (name, document) in enumerate(GOLDEN.items()):
            link = socket.create_connection(("127.0.0.1", foreign.port))
            link.sendall(encode(document, PROFILES["tm-t20"]).octets)
            link.close()
            for _ in range(200):  # it draws each slip's picture before it writes the text
                if len(foreign.slips()) > done:
                    break
                time.sleep(0.05)
            wanted = [block.payload for block in document.blocks if isinstance(block, Qr)]
            assert all(f"[qr {payload}]" in foreign.slips()[-1] for payload in wanted), name
        assert len(foreign.slips()) == len(GOLDEN)
        assert foreign.unknown() == []
    finally:
        foreign.close()


def test_a_campaign_against_a_foreign_printer(tmp_path, capsys):
    chance = random.Random(2026)
    foreign = Foreign(tmp_path)
    wire = Wire(foreign.port)
    host = Host(tmp_path, wire.port)
    armed: dict[str, str] = {}
    try:
        for n in range(1, JOBS + 1):
            number = f"T{n:05d}"
            if chance.random() < 0.5:
                armed[number] = chance.choice(FAULTS)
                arm(armed[number], foreign, wire, host, chance)
            job = Job("ticket", host.ids.uuid7(), slip_for(number), "sw", None, number)
            with host.store.transaction() as tx:
                job_id = host.spool.enqueue(tx, job)
            end = time.monotonic() + 8
            while not host.spool.job(job_id).state.final and time.monotonic() < end:
                host.turn()
        end = time.monotonic() + 180
        while time.monotonic() < end:
            host.turn()
            if all(job.state.final for job in host.spool.jobs()):
                break
        time.sleep(1)
        left = [job for job in host.spool.jobs() if job.state is not JobState.PRINTED]
        assert not left, [(job.label, host.spool.events(job.id)) for job in left]
        assert _bad_slips(host, foreign, armed, capsys) == ([], [], [])
    finally:
        host.worker.close()
        host.store.close()
        wire.close()
        foreign.close()


def _bad_slips(host: Host, foreign: Foreign, armed: dict[str, str], capsys):
    """(lost, doubled without a mark, two on one paper) by what the foreign printer kept."""
    lost, doubled, extra = [], [], Counter()
    slips = foreign.slips()
    merged = [slip for slip in slips if len(set(re.findall(r"T\d{5}(?=>)|(?<=<)T\d{5}", slip))) > 1]
    for job in host.spool.jobs():
        copies = [s for s in slips if f"<{job.label}" in s and f"{job.label}>" in s]
        unmarked = [slip for slip in copies if DUPLICATE_MARK not in slip]
        lost += [job.label] * (not copies)
        doubled += [job.label] * (len(unmarked) > 1)
        extra[armed.get(job.label, "none")] += len(copies) > 1
    with capsys.disabled():
        print(
            f"\n  emupos {MODEL}: {JOBS} slips, faults {dict(Counter(armed.values()))}; lost {len(lost)},"
            f" unmarked duplicates {len(doubled)}, two on one paper {len(merged)},"
            f" extra marked copies {+extra}"
        )
    return lost, doubled, merged
