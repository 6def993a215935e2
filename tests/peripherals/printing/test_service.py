"""The real thing: `huduma devices run` and a simulated printer, as processes on a real terminal."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.cli.main import main
from peripherals.printing.jobs import SPOOL_TABLES, JobState
from peripherals.printing.layout import DUPLICATE_MARK
from peripherals.printing.spool import Job, Spool
from peripherals.printing.worker.printer_status import read
from peripherals.simulators.control_socket import send
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from provisioning.node.boot_root import boot_root
from sync.store.database import Store
from tests.peripherals.printing.campaign import slip_for

HUDUMA = [sys.executable, "-m", "kiosk.cli"]
TICKET = '{"number":"A101","service":"NRB-02","language":"sw"}'
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Desk:
    """A folder with a printer process, a service process and a spool of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool_path = folder / "spool.db"
        self.log = folder / "truth.jsonl"
        self.control = folder / "control"
        self.service: subprocess.Popen[bytes] | None = None
        self.printer: subprocess.Popen[str] | None = None
        clock = SystemClock()
        self.ids = SystemIds(clock)
        self.store = Store.open(self.spool_path, [SPOOL_TABLES])
        key = boot_root(self.spool_path, self.ids)
        self.spool = Spool(self.store, key, clock, self.ids)
        self.url = ""

    def plug_in(self, *options: str, tcp: int | None = None) -> None:
        line = ["--pty", str(self.folder / "printer")] if tcp is None else ["--tcp", str(tcp)]
        command = [*HUDUMA, "devices", "simulate", "printer", *line]
        command += ["--log", str(self.log), "--control", str(self.control), *options]
        self.printer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.printer.stdout is not None
        self.url = self.printer.stdout.readline().strip()

    def start(self) -> None:
        command = [*HUDUMA, "devices", "run", "--printer", self.url]
        command += ["--spool", str(self.spool_path)]
        self.service = subprocess.Popen(command, **QUIET)

    def stop(self, number: int) -> float:
        assert self.service is not None
        begin = time.monotonic()
        self.service.send_signal(number)
        self.service.wait(10)
        return time.monotonic() - begin

    def order(self, number: str) -> str:
        job = Job("ticket", self.ids.uuid7(), slip_for(number), "sw", None, number)
        with self.store.transaction() as tx:
            return self.spool.enqueue(tx, job)

    def await_end(self, job_ids: list[str], seconds: float) -> list[JobState]:
        end = time.monotonic() + seconds
        while True:
            states = [self.spool.job(job_id).state for job_id in job_ids]
            if all(state.final for state in states) or time.monotonic() > end:
                return states
            time.sleep(0.02)

    def slips(self) -> list[str]:
        return ["\n".join(json.loads(line)["lines"]) for line in self.log.read_text().splitlines()]

    def close(self) -> None:
        for process in (self.service, self.printer):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        if self.printer is not None and self.printer.stdout is not None:
            self.printer.stdout.close()
        self.store.close()


@contextmanager
def desk_in(folder):
    desk = Desk(folder)
    try:
        yield desk
    finally:
        desk.close()


def counted(slips: list[str], number: str) -> tuple[int, int]:
    """(unmarked, marked) whole copies of a number."""
    copies = [slip for slip in slips if f"<{number}" in slip and f"{number}>" in slip]
    marked = sum(DUPLICATE_MARK in slip for slip in copies)
    return len(copies) - marked, marked


def test_a_service_prints_is_killed_comes_back_and_stops_when_told(tmp_path):
    with desk_in(tmp_path) as desk:
        desk.plug_in()
        desk.start()
        jobs = [desk.order("T00001")]
        assert desk.await_end(jobs, 20) == [JobState.PRINTED]
        # A second service on the same spool is refused with the code of a busy device.
        command = [*HUDUMA, "devices", "run", "--printer", desk.url]
        second = subprocess.run(
            [*command, "--spool", str(desk.spool_path)], capture_output=True, check=False
        )
        assert second.returncode == 22
        send(desk.control, {"do": "paper-out", "after": 20})
        jobs.append(desk.order("T00002"))
        end = time.monotonic() + 10
        while desk.spool.job(jobs[1]).state is not JobState.HELD and time.monotonic() < end:
            time.sleep(0.02)
        desk.stop(signal.SIGKILL)
        send(desk.control, {"do": "ready"})
        desk.start()
        assert desk.await_end(jobs, 20) == [JobState.PRINTED] * 2
        assert desk.stop(signal.SIGTERM) < 2.5
        assert desk.service.returncode == 0
        for number in ("T00001", "T00002"):
            unmarked, marked = counted(desk.slips(), number)
            assert unmarked <= 1
            assert unmarked + marked >= 1


def test_commands_print_list_and_show(tmp_path, capsys):
    spool = str(tmp_path / "s.db")

    def huduma(*words: str) -> str:
        assert main(["devices", *words]) == 0
        return capsys.readouterr().out

    ticket = '{"number":"A101","service":"NRB-02","language":"sw"}'
    late = "2026-01-01T08:00:00+03:00"
    job = huduma("print", "--spool", spool, "--ticket", ticket, "--by", late).strip()
    (row,) = json.loads(huduma("jobs", "--spool", spool, "--json"))
    assert {"id", "state", "copies", "proof", "events"} <= set(row)
    assert (row["id"], row["state"], row["copies"]) == (job, "queued", 0)
    assert json.loads(huduma("list", "--spool", spool, "--json")) == []
    assert "A101" in huduma("jobs", "--spool", spool)
    assert main(["devices", "print", "--spool", spool, "--ticket", "{}"]) == 2
    assert "number" in capsys.readouterr().err
    assert main(["devices", "settle", "--spool", spool, "nobody", "on-paper"]) == 28
    assert huduma("settle", "--spool", spool, job, "cancel") == ""
    assert json.loads(huduma("jobs", "--spool", spool, "--json"))[0]["state"] == "cancelled"
    assert main(["devices", "list", "--site", str(tmp_path)]) == 2
    capsys.readouterr()


def test_a_network_printer_that_dies_and_comes_back_prints_what_waited(tmp_path):
    with desk_in(tmp_path) as desk:
        desk.plug_in("--no-gsh", tcp=0)
        desk.start()
        jobs = [desk.order("T00001")]
        assert desk.await_end(jobs, 20) == [JobState.PRINTED]
        assert desk.spool.job(jobs[0]).proof == "fence"
        desk.printer.kill()
        desk.printer.wait()
        desk.printer.stdout.close()
        jobs.append(desk.order("T00002"))
        end = time.monotonic() + 10
        while read(desk.store).printer.serves and time.monotonic() < end:
            time.sleep(0.02)
        assert read(desk.store).printers[0].code == "P21"
        desk.plug_in("--no-gsh", tcp=int(desk.url.split(":")[2].split("?")[0]))
        assert desk.await_end(jobs, 20) == [JobState.PRINTED] * 2
        assert [counted(desk.slips(), number) for number in ("T00001", "T00002")] == [(1, 0)] * 2


def test_a_wrong_printer_is_refused_in_words_and_the_right_one_prints(tmp_path, capsys):
    """[21] with real processes: `devices list` names the cause and what is connected."""
    with desk_in(tmp_path) as desk:
        desk.plug_in("--identity", "TM-T88VI")
        desk.start()
        job = desk.order("T00001")

        def row() -> dict[str, str]:
            assert main(["devices", "list", "--spool", str(desk.spool_path), "--json"]) == 0
            rows = json.loads(capsys.readouterr().out)
            return rows[0] if rows else {"code": "no row yet"}

        end = time.monotonic() + 10
        while row()["code"] != "P24" and time.monotonic() < end:
            time.sleep(0.05)
        shown = row()
        assert (shown["state"], shown["cause"], shown["model"]) == (
            "fault",
            "wrong-model",
            "TM-T88VI",
        )
        assert "A different model" in shown["words"]["en"]
        assert desk.spool.job(job).state is JobState.QUEUED
        assert not desk.log.read_text()
        assert send(desk.control, {"do": "other-model", "name": "TM-T20III"})["ok"]
        assert desk.await_end([job], 10) == [JobState.PRINTED]
        assert row()["model"] == "TM-T20III"
        assert counted(desk.slips(), "T00001") == (1, 0)


def test_a_stalled_printer_holds_up_no_command_and_no_thread_stays(tmp_path, capsys):
    """[9] The printer takes no more bytes: commands answer, the service ends when told."""
    with desk_in(tmp_path) as desk:
        desk.plug_in()
        desk.start()
        assert desk.await_end([desk.order("T00001")], 20) == [JobState.PRINTED]
        before = _body(desk.service.pid)
        send(desk.control, {"do": "stall"})
        job = desk.order("T00002")
        end = time.monotonic() + 10
        while desk.spool.job(job).state is JobState.QUEUED and time.monotonic() < end:
            time.sleep(0.02)
            for verb in ("list", "jobs"):
                begin = time.monotonic()
                assert main(["devices", verb, "--spool", str(desk.spool_path), "--json"]) == 0
                assert time.monotonic() - begin < 2.0
            if time.monotonic() > end - 7:
                break
        capsys.readouterr()
        after = _body(desk.service.pid)
        assert after["threads"] == before["threads"]
        assert after["descriptors"] <= before["descriptors"]
        assert desk.stop(signal.SIGTERM) < 2.5
        assert desk.service.returncode == 0
        send(desk.control, {"do": "flow"})
        desk.start()
        assert desk.await_end([job], 20) == [JobState.PRINTED]
        assert counted(desk.slips(), "T00001") == (1, 0)
        assert counted(desk.slips(), "T00002")[0] <= 1


def test_a_printer_is_tried_out_over_a_file(tmp_path, capsys):
    url = f"escpos+file://{tmp_path}/slip.bin"
    assert main(["devices", "test", "printer", "--url", url]) == 20
    shown = capsys.readouterr().out
    assert "unknown" in shown
    assert b"JARIBIO / TEST" in (tmp_path / "slip.bin").read_bytes()
    assert main(["devices", "test", "printer"]) == 2
    assert main(["devices", "simulate", "printer", "--seed", "3"]) == 25


@pytest.mark.prove
def test_two_hundred_kills_over_two_hundred_slips(tmp_path, capsys):
    """[14] SIGKILL at random points: 0 lost, 0 unmarked duplicates, back within two seconds."""
    chance = random.Random(14)
    with desk_in(tmp_path) as desk:
        desk.plug_in("--speed", "150")
        desk.start()
        jobs, back = [], []
        for n in range(1, 201):
            jobs.append(desk.order(f"T{n:05d}"))
            time.sleep(chance.uniform(0.0, 1.2))
            desk.stop(signal.SIGKILL)
            begin = time.monotonic()
            desk.start()
            if n % 20 == 0:
                desk.await_end(jobs[-1:], 20)
                back.append(time.monotonic() - begin)
        assert set(desk.await_end(jobs, 300)) == {JobState.PRINTED}
        desk.stop(signal.SIGTERM)
        totals = [counted(desk.slips(), f"T{n:05d}") for n in range(1, 201)]
        extra = sum(sum(each) > 1 for each in totals)
        with capsys.disabled():
            print(f"\n  200 kills: extra marked copies {extra}; back and printed in {back}")
        assert all(unmarked <= 1 for unmarked, _ in totals)
        assert all(sum(each) >= 1 for each in totals)


@pytest.mark.prove
def test_five_thousand_slips_leave_nothing_behind(tmp_path, capsys):
    """[27] Soak with faults on one in a hundred: descriptors, threads, memory, folders flat."""
    chance = random.Random(27)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    os.environ["TMPDIR"] = str(temporary)
    try:
        with desk_in(tmp_path) as desk:
            desk.plug_in("--baud", "115200")
            desk.start()
            jobs: list[str] = []
            marks: list[dict[str, int]] = []
            waits: list[float] = []
            for n in range(1, 5001):
                if chance.random() < 0.01:
                    fault = chance.choice(["paper-out", "cover-open", "unplug", "mute", "stall"])
                    send(desk.control, {"do": fault, "for": 0.5})
                jobs.append(desk.order(f"T{n:05d}"))
                begin = time.monotonic()
                desk.await_end(jobs[-1:], 60)
                waits.append(time.monotonic() - begin)
                if n in {1000, 5000}:
                    marks.append(
                        _body(desk.service.pid) | {"folders": len(list(temporary.iterdir()))}
                    )
            assert set(desk.await_end(jobs[-50:], 60)) == {JobState.PRINTED}
            states = {job.state for job in desk.spool.jobs()}
            assert states == {JobState.PRINTED}
            waits.sort()
            with capsys.disabled():
                print(f"\n  soak: {marks}; p50 {waits[2500]:.3f} s, p95 {waits[4750]:.3f} s")
            first, last = marks
            assert last["descriptors"] <= first["descriptors"] + 1
            assert last["threads"] == first["threads"]
            assert last["folders"] == first["folders"] == 0
            assert last["kb"] <= first["kb"] * 1.05 + 2000
    finally:
        del os.environ["TMPDIR"]


def _body(pid: int) -> dict[str, int]:
    status = Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return {
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": int(fields["Threads"]),
        "kb": int(fields["VmRSS"].split()[0]),
    }


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["print", "--ticket", "{}"], 2, "number"),
        (["print", "--ticket", "not json"], 2, "JSON"),
        (["print", "--ticket", '{"number":"A1"}'], 2, "service"),
        (["print", "--ticket", '{"number":null,"service":"x"}'], 2, "number"),
        (["print", "--ticket", '{"number":"","service":"x"}'], 2, "number"),
        (["print", "--ticket", '{"number":"A1","service":"x","language":"fr"}'], 2, "language"),
        (["print", "--ticket", '{"number":"A1","service":"x","bring":5}'], 2, "bring"),
        (
            ["print", "--ticket", '{"number":"A1","service":"x","name":"\\ud800"}'],
            2,
            "cannot be read",
        ),
        (["print", "--ticket", TICKET, "--by", "garbage"], 2, "moment"),
        (["print", "--ticket", TICKET, "--by", ""], 2, "moment"),
        (["settle", "x", "on-paper"], 2, "no spool"),
        (["run"], 2, "--printer"),
        (["run", "--printer", ""], 25, "starts with"),
        (["run", "--printer", "escpos+tcp://127.0.0.1:99999"], 25, "65535"),
        (["run", "--printer", "escpos+tcp://printer:9100"], 25, "numbers"),
        (["run", "--printer", "escpos+tcp:"], 25, "numbers"),
        (["run", "--printer", "escpos+serial:///dev/x?baud=0"], 25, "baud"),
        (["run", "--printer", "escpos+serial:///dev/x?cutter=maybe"], 25, "yes or no"),
        (["run", "--printer", "escpos+serial:///dev/x?roll=-4"], 25, "-4"),
        (["run", "--printer", "escpos+serial:///dev/x?pages=7"], 25, "page 7"),
        (["run", "--printer", "escpos+serial:///dev/x?profile=xx"], 25, "tm-t20"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path, capsys, words, code, says):
    spool = tmp_path / "s.db"
    assert main(["devices", words[0], "--spool", str(spool), *words[1:]]) == code
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert not spool.exists(), "nothing is made by a mistake"


BAD_FAULTS = ('{"at":"x","do":"mute"}', '{"do":"mute"}', "[]", '{"at":1}', '{"at":-1,"do":"mute"}')


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 25, "--tcp PORT or --pty LINK"),
        (["--tcp", "0", "--pty", "x"], 25, "--tcp PORT or --pty LINK"),
        (["--tcp", "99999"], 22, "1 to 65535"),
        (["--pty", "/nonexistent/x"], 25, "/nonexistent/x"),
        (["--pty", "{tmp}/file"], 22, "no simulator's"),
        (["--pty", "{tmp}/p", "--faults", "{tmp}/none"], 25, "none"),
        *(
            (["--pty", "{tmp}/p", "--faults", f"{{tmp}}/bad-{n}"], 25, "line 1")
            for n in range(len(BAD_FAULTS))
        ),
        (["--pty", "{tmp}/p", "--log", "/nonexistent/log"], 25, "/nonexistent/log"),
        (["--pty", "{tmp}/p", "--png", "{tmp}/file"], 25, "file"),
        (["--pty", "{tmp}/p", "--control", "/nonexistent/c"], 25, "cannot be used"),
    ],
)
def test_a_simulator_says_what_it_cannot_serve(tmp_path, capsys, words, code, says):
    (tmp_path / "file").write_text("mine")
    for n, fault in enumerate(BAD_FAULTS):
        (tmp_path / f"bad-{n}").write_text(fault)
    given = [word.replace("{tmp}", str(tmp_path)) for word in words]
    assert main(["devices", "simulate", "printer", *given]) == code
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_trying_a_printer_that_is_not_there_ends_soon_and_promises_nothing(capsys):
    begin, cpu = time.monotonic(), time.process_time()
    assert main(["devices", "test", "printer", "--url", "escpos+tcp://127.0.0.1:1"]) == 20
    assert time.monotonic() - begin < 10
    assert time.process_time() - cpu < 2.0, "it does not spin"
    said = capsys.readouterr().out
    assert "P21" in said
    assert "Nothing was proven" in said
    assert "code pages" not in said


def test_looking_makes_no_spool_and_a_late_slip_expires(tmp_path, capsys):
    spool = tmp_path / "s.db"
    for verb in ("jobs", "list"):
        assert main(["devices", verb, "--spool", str(spool), "--json"]) == 0
        said = capsys.readouterr()
        assert json.loads(said.out) == []
        assert "no spool" in said.err
    assert list(tmp_path.iterdir()) == []
    place = ["--spool", str(spool)]
    assert main(["devices", "print", *place, "--ticket", TICKET, "--by", "2026-11-23T10:00"]) == 0
    assert main(["devices", "jobs", *place, "--json"]) == 0
    row = json.loads(capsys.readouterr().out.split("\n", 1)[1])[0]
    assert row["by"] == "2026-11-23T07:00:00+00:00", "without an offset it is East Africa Time"
