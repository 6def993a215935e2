"""The forms benchmark: our engine, JavaRosa and web-forms on the same forms in the same run.

`python -m benchmarks.forms [--out FILE.json] [--only ours] [--deadline-s 120]` prints a table and
says which bars are met (issue: load 0.2 s, answer 0.1 ms, flip 15 ms, 40 MB, CSV list 5 MB,
roster 0.5 s). The others need Java and an npm folder (tests/content/xforms/referees/drivers.py);
where they
are not, their columns stay empty. JavaRosa is shown as a form opens it (a process just started)
and warm (the third time in one process).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # run as a file by `make bench`, the folder is not a package yet

from benchmarks.forms import generate  # noqa: E402
from benchmarks.forms.ours import ROWS  # noqa: E402
from tests.content.xforms.referees.drivers import TabReferee, javarosa, web_forms  # noqa: E402

Case = dict[str, float]
BARS = [
    ("big", "load_s", 0.2), ("big", "answer_ms", 0.1), ("big", "flip_ms", 15.0),
    ("big", "rss_mb", 40.0), ("external", "filter_ms", 1.0), ("external", "list_mb", 5.0),
    ("choices", "filter_ms", 1.0), ("roster", "all_s", 0.5),
]  # fmt: skip
SHOWN = [
    ("big", "load_s"), ("big", "answer_ms"), ("big", "answer_p99_ms"), ("big", "flip_ms"),
    ("big", "flip_max_ms"), ("big", "rss_mb"), ("external", "load_s"), ("external", "filter_ms"),
    ("external", "list_mb"), ("external", "rss_mb"), ("choices", "load_s"),
    ("choices", "filter_ms"), ("choices", "rss_mb"), ("roster", "all_s"), ("roster", "last_ms"),
]  # fmt: skip


def write_forms(folder: Path) -> None:
    """Make every form of the benchmark in `folder`."""
    (folder / "big.xml").write_bytes(generate.big())
    (folder / "big.json").write_text(json.dumps(generate.big_answers()))
    (folder / "choices.xml").write_bytes(generate.choices())
    form, villages = generate.external()
    (folder / "external.xml").write_bytes(form)
    (folder / "villages.csv").write_bytes(villages)
    (folder / "roster.xml").write_bytes(generate.roster())
    bare = folder / "bare"
    bare.mkdir(exist_ok=True)
    (bare / "external.xml").write_bytes(form)
    (bare / "villages.csv").write_bytes(b"name,label,ward,county\nv0,V,ward0,c0\n")


def ours(folder: Path) -> dict[str, Case]:
    """Every case, each in a fresh process."""
    found = {}
    for case in ("big", "choices", "external", "roster"):
        found[case] = _ours(case, folder)
    # What the 20,000 rows add: the same form with a list of one row is the rest.
    found["external"]["list_mb"] = found["external"]["added_mb"] - _ours_load(folder / "bare")
    return found


def _ours(case: str, folder: Path) -> Case:
    command = [sys.executable, "-m", "benchmarks.forms.ours", case, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    measured: Case = json.loads(done.stdout)
    return measured


def _ours_load(folder: Path) -> float:
    code = (
        "from pathlib import Path; from benchmarks.forms.ours import load, resident_mb;"
        f"b = resident_mb(); s = load('external', Path({str(folder)!r})); print(resident_mb() - b)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(done.stdout)


def steps(case: str, folder: Path) -> list[dict[str, Any]]:
    """The case's operations in the referees' protocol."""
    if case == "big":
        answers = json.loads((folder / "big.json").read_text())
        flips = [("/data/consent", value) for value in ["no", "yes"] * 5]
        return [{"op": "set", "path": p, "value": v} for p, v in answers + flips]
    if case == "roster":
        found = []
        for number in range(1, ROWS + 1):
            if number > 1:
                found.append({"op": "add", "path": "/data/person"})
            base = f"/data/person[{number}]"
            found.append({"op": "set", "path": f"{base}/name", "value": f"n{number}"})
            found.append({"op": "set", "path": f"{base}/age", "value": str(number)})
        return found
    return [
        step
        for number in range(20)
        for step in (
            {"op": "set", "path": "/data/county", "value": f"c{number}"},
            {"op": "set", "path": "/data/ward", "value": f"ward{number}"},
            {"op": "choices", "words": ["/data/village"]},
        )
    ]


def referee(driver: TabReferee, case: str, folder: Path, deadline_s: float) -> Case:
    """One case with a running referee; empty where it fails or takes too long."""
    operations = [{"op": "time"}, *steps(case, folder), {"op": "time"}]
    answers = driver.sweep(folder / f"{case}.xml", folder, operations, deadline_s)
    times = [answer["ms"] for answer in answers if "ms" in answer]
    loads = [answer["loadMs"] for answer in answers if "loadMs" in answer]
    if not times or not loads:
        return {}
    found = {"load_s": loads[0] / 1e3} | _summed(case, times)
    found["rss_mb"] = resident_of(driver)
    return found


def resident_of(driver: TabReferee) -> float:
    """Resident memory of the referee's process."""
    pages = int(Path(f"/proc/{driver.pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _summed(case: str, times: list[float]) -> Case:
    if case == "big":
        answers, flips = sorted(times[:-10]), sorted(times[-10:])
        return {
            "answer_ms": answers[len(answers) // 2],
            "answer_p99_ms": answers[int(len(answers) * 0.99)],
            "flip_ms": flips[len(flips) // 2],
            "flip_max_ms": flips[-1],
        }
    if case == "roster":
        return {"all_s": sum(times) / 1e3, "last_ms": sum(times[-3:])}
    filters = sorted(a + b for a, b in zip(times[1::3], times[2::3], strict=True))
    return {"filter_ms": filters[len(filters) // 2]}


def others(folder: Path, deadline_s: float) -> dict[str, dict[str, Case]]:
    """JavaRosa cold and warm, web-forms, each case in its own process."""
    found: dict[str, dict[str, Case]] = {"JavaRosa cold": {}, "JavaRosa warm": {}, "web-forms": {}}
    for case in ("big", "choices", "external", "roster"):
        java = javarosa("-Dtimed=true")
        if java is not None:
            found["JavaRosa cold"][case] = referee(java, case, folder, deadline_s)
            for _ in range(2):
                found["JavaRosa warm"][case] = referee(java, case, folder, deadline_s)
            java.close()
        web = web_forms(TIMED="1")
        if web is not None:
            found["web-forms"][case] = referee(web, case, folder, deadline_s)
            web.close()
    return found


def table(measured: dict[str, dict[str, Case]]) -> str:
    """A markdown table, a row a measure."""
    names = list(measured)
    rows = ["| | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for case, key in SHOWN:
        cells = []
        for name in names:
            value = measured[name].get(case, {}).get(key)
            cells.append("" if value is None else f"{value:.3g}")
        rows.append(f"| {case} {key} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.forms", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/out/forms.json")
    parser.add_argument("--only", choices=["ours"], help="leave the referees out")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--deadline-s", type=float, default=120.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_forms(folder)
        measured: dict[str, dict[str, Case]] = {"ours": ours(folder)}
        if arguments.only is None:
            measured |= others(folder, arguments.deadline_s)
    print(table(measured))
    missed = [
        f"{case} {key} {measured['ours'][case][key]:.3g} > {bar}"
        for case, key, bar in BARS
        if measured["ours"][case][key] > bar
    ]
    print("bars: " + ("all met" if not missed else "missed: " + ", ".join(missed)))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(measured, indent=1) + "\n")
    return 1 if missed and arguments.strict else 0


if __name__ == "__main__":
    sys.exit(main())
