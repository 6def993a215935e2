"""One case of the forms benchmark with our engine, in a process of its own; prints one JSON line.

`python -m benchmarks.forms.ours CASE FOLDER`: big, choices, external or roster.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from content.form_library.sqlite_choice_tables import SqliteTables
from content.xforms.parse.memory import loading
from content.xforms.parse.reader import parse_form
from content.xforms.session.session import FormSession
from kiosk.tools.form_tryout.run import MediaFolder
from provisioning.clock import EAT, VirtualClock
from provisioning.ids import SeededIds

ROWS = 200


def resident_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def timed(run: Callable[[], Any]) -> float:
    """Seconds `run` takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def load(case: str, folder: Path) -> tuple[FormSession, float]:
    """A session of the case's form, and the seconds from bytes to the first question."""
    xml = (folder / f"{case}.xml").read_bytes()
    start = time.perf_counter()
    # As the kiosk and `huduma forms` load forms.
    with loading():
        form = parse_form(xml, MediaFolder(folder), tables=SqliteTables())
        session = FormSession(form, now=VirtualClock().now, tz=EAT, ids=SeededIds())
    taken = time.perf_counter() - start
    gc.freeze()
    return session, taken


def big(session: FormSession, folder: Path) -> dict[str, float]:
    answers = json.loads((folder / "big.json").read_text())
    times = sorted(timed(lambda p=p, v=v: session.set(p, v)) * 1e3 for p, v in answers)
    flips = sorted(
        timed(lambda v=v: session.set("/data/consent", v)) * 1e3 for v in ["no", "yes"] * 5
    )
    return {
        "answer_ms": times[len(times) // 2],
        "answer_p99_ms": times[int(len(times) * 0.99)],
        "flip_ms": flips[len(flips) // 2],
        "flip_max_ms": flips[-1],
        "pages_ms": timed(session.pages) * 1e3,
        "check_all_ms": timed(session.violations) * 1e3,
        "finalize_ms": timed(session.finalize) * 1e3,
    }


def places(session: FormSession, _: Path) -> dict[str, float]:
    times = []
    for number in range(20):
        session.set("/data/county", f"c{number}")

        def answer(ward: str = f"ward{number}") -> None:
            session.set("/data/ward", ward)
            assert len(session.node("/data/village").choices or ()) == 14

        times.append(timed(answer) * 1e3)
        choices = session.node("/data/village").choices or ()
        session.set("/data/village", choices[0].value)
        assert session.node("/data/shown").value == choices[0].label
    return {"filter_first_ms": times[0], "filter_ms": sorted(times)[len(times) // 2]}


def roster(session: FormSession, _: Path) -> dict[str, float]:
    def row(number: int) -> None:
        if number > 1:
            session.add("/data/person")
        session.set(f"/data/person[{number}]/name", f"n{number}")
        session.set(f"/data/person[{number}]/age", str(number))

    times = [timed(lambda number=number: row(number)) for number in range(1, ROWS + 1)]
    assert session.node("/data/total").value == str(ROWS * (ROWS + 1) // 2)
    return {"all_s": sum(times), "last_ms": times[-1] * 1e3}


CASES = {"big": big, "choices": places, "external": places, "roster": roster}


def main() -> None:
    case, folder = sys.argv[1], Path(sys.argv[2])
    before = resident_mb()
    session, taken = load(case, folder)
    found = {"load_s": taken, "added_mb": resident_mb() - before}
    found |= CASES[case](session, folder)
    found["rss_mb"] = resident_mb()
    found["added_after_mb"] = found["rss_mb"] - before
    print(json.dumps(found))


if __name__ == "__main__":
    main()
