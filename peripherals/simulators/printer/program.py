"""`huduma devices simulate printer`: the simulated printer as a program, for demos and tests.

Prints one line when it is ready: the URL to give to `huduma devices run --printer`. Its log lists
what really came out (JSON lines) with the slips' text, so it is for simulated sites only.
`--control` opens a socket for `peripherals.simulators.control_socket.send`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from peripherals.faults import BadDeviceUrl
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.simulators.control_socket import ControlServer
from peripherals.simulators.harness import PtyPort, TcpPort
from peripherals.simulators.printer.faults import FaultInjector, FaultScript
from peripherals.simulators.printer.line_server import LineServer
from peripherals.simulators.printer.paper import save_png
from peripherals.simulators.printer.printer import SimulatedPrinter, Slip
from peripherals.simulators.printer.printer_state import Model
from provisioning.clock import SystemClock
from provisioning.ids import SeededIds
from provisioning.shutdown import StopFlag


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--tcp", type=int, metavar="PORT", help="listen on this port (0: any)")
    parser.add_argument("--pty", type=Path, metavar="LINK", help="serve a terminal at this link")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="JSON lines of faults")
    parser.add_argument("--log", type=Path, metavar="FILE", help="the truth, as JSON lines")
    parser.add_argument("--png", type=Path, metavar="DIR", help="a picture of every slip")
    parser.add_argument("--control", type=Path, metavar="SOCKET", help="live control")
    parser.add_argument("--baud", type=_speed, default=115_200, help="speed of the line (0: none)")
    parser.add_argument("--speed", type=_speed, default=0, help="paper in mm/s (0: at once)")
    parser.add_argument("--profile", default="tm-t20", choices=sorted(PROFILES))
    parser.add_argument("--identity", metavar="NAME", help="what it says to GS I (empty: nothing)")
    parser.add_argument("--seed", type=int, default=1, help="where chance comes from")
    parser.add_argument("--no-gsh", action="store_true", help="no process ids (an old clone)")
    parser.add_argument("--no-counter", action="store_true", help="no count of cuts")
    parser.add_argument("--no-clear", action="store_true", help="no DLE DC4 8")
    parser.add_argument("--mute", action="store_true", help="never answer anything")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; raises `BadDeviceUrl` for what cannot be served."""
    try:
        return _run(arguments)
    except OSError as error:
        where = error.filename2 or error.filename or "The simulated printer"
        raise BadDeviceUrl(f"{where} cannot be used ({error.strerror}).") from error


def _run(arguments: argparse.Namespace) -> int:
    if (arguments.tcp is None) == (arguments.pty is None):
        raise BadDeviceUrl("Choose one line for the simulated printer: --tcp PORT or --pty LINK.")
    stop = StopFlag()
    clock = SystemClock()
    log = arguments.log.open("a", buffering=1) if arguments.log else None
    printer = SimulatedPrinter(
        clock.monotonic, _model(arguments), on_slip=_keeper(arguments.png, log)
    )
    printer.voice.muted = arguments.mute
    ids = SeededIds(arguments.seed)
    box = FaultInjector(printer, ids)
    script = FaultScript(arguments.faults, box, ids) if arguments.faults else None
    line = PtyPort(arguments.pty) if arguments.pty else TcpPort(arguments.tcp)
    control = ControlServer(arguments.control, box.do) if arguments.control else None
    print(_url(arguments, line), flush=True)
    _serve(printer, line, arguments.baud, control, script, clock, stop)
    line.unplug()
    if control is not None:
        control.close()
    if log is not None:
        log.close()
    return 0


def _speed(word: str) -> float:
    if not re.fullmatch(r"\d{1,7}(\.\d+)?", word):
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 0 up")
    return float(word) if "." in word else int(word)


def _serve(
    printer: SimulatedPrinter,
    line: PtyPort | TcpPort,
    baud: float,
    control: ControlServer | None,
    script: FaultScript | None,
    clock: SystemClock,
    stop: Callable[[], bool],
) -> None:
    start, seen = clock.monotonic(), 0

    def tend() -> None:
        nonlocal seen
        if control is not None:
            control.tend()
        if script is not None:
            script.tick(clock.monotonic() - start, len(printer.slips))
            while seen < len(printer.slips):
                seen += 1
                script.at_slip()

    server = LineServer(printer, line, baud=baud)
    server.run(stop, control.descriptors if control else list, tend)


def _model(arguments: argparse.Namespace) -> Model:
    profile = PROFILES[arguments.profile]
    own = f"{profile.models[0]}SIM" if profile.models else Model().name
    return Model(
        name=own if arguments.identity is None else arguments.identity,
        dots=profile.dots,
        mm_s=arguments.speed,
        gsh=not arguments.no_gsh,
        clear=not arguments.no_clear,
        counter=not arguments.no_counter,
        presenter=profile.full_status,
    )


def _keeper(pictures: Path | None, log: IO[str] | None) -> Callable[[Slip], None]:
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    # A printer started again goes on counting: the slips of before stay.
    before = len(list(pictures.glob("slip-*.png"))) if pictures is not None else 0

    def keep(slip: Slip) -> None:
        number = before + slip.number
        name = f"slip-{number:04d}.png"
        if pictures is not None:
            # A reader never sees half a picture.
            save_png(slip.strip, pictures / f".{name}.png")
            (pictures / f".{name}.png").replace(pictures / name)
        if log is not None:
            entry = {
                "slip": number,
                "at": round(slip.at, 3),
                "lines": slip.strip.lines,
                "codes": slip.strip.codes,
                "bytes": slip.strip.octets,
                "mm": slip.strip.height // 8,
                "png": name if pictures is not None else None,
            }
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")

    return keep


def _url(arguments: argparse.Namespace, line: PtyPort | TcpPort) -> str:
    if isinstance(line, TcpPort):
        return f"escpos+tcp://{line.address}?profile={arguments.profile}"
    baud = f"&baud={arguments.baud}" if arguments.baud else ""
    link = os.path.abspath(arguments.pty)  # noqa: PTH100 - resolve() would follow the link
    return f"escpos+serial://{link}?profile={arguments.profile}{baud}"


if __name__ == "__main__":
    _parser = argparse.ArgumentParser()
    add_arguments(_parser)
    sys.exit(run(_parser.parse_args()))
