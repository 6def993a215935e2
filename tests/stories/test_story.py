"""Stories on a whole site of real processes: what scripts rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.simulation.site.demo_site import new_demo_site

KEYS = {
    "tickets_told",
    "tickets_proven",
    "tickets_unknown",
    "duplicate_numbers",
    "forms_told",
    "forms_opened",
    "lost",
    "plaintext_hits",
    "batches_acked",
    "bytes_sent",
    "visits",
}
STORY = """
# everything that goes wrong on one day, to one kiosk
expect attract
tap start
tap choose.sw
tap find
tap search
type kitambulisho kimepotea
tap service.NRB-02
tap take-ticket
tap class.pregnant
expect ticket
expect-text A101
expect-text imechapishwa
tap done
expect goodbye
tap done

network down
printer paper-out
tap start
tap choose.en
tap form
tap form.police_abstract
tap agree
type Rehema Atieno Wafula
tap next
type 27182818
tap next
tap choice.passport
tap next
tap skip
type 3/11/2026
tap next
type Kisumu bus park
tap next
type 0711 828 459
tap next
tap answer
tap next
expect review
expect-no 27182818
tap submit
expect submitted
expect-text paper
tap take-ticket
tap class.none
expect ticket
expect-text C501
cut-power
expect attract
expect-no Rehema
network up
printer ready

tap start
tap choose.en
tap form
tap form.lost_id
tap agree
type Walk Away
wait 61
expect more-time
tap more-time
expect question
wait 91
expect attract
expect-no Walk Away
drain
"""


def huduma(*words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk.cli", *words],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    new_demo_site(folder)
    return folder


@pytest.mark.xdist_group("house")
def test_a_story_with_every_kind_of_trouble_agrees(site: Path, tmp_path: Path) -> None:
    story, out = tmp_path / "story.txt", tmp_path / "out"
    story.write_text(STORY)
    words = ("--site", str(site), "--headless", "--story", str(story), "--out", str(out))
    done = huduma("kiosk", *words, "--driver", "direct", timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]
    summary = json.loads((out / "summary.json").read_text())
    assert set(summary) >= KEYS
    assert summary["agrees"]
    assert (summary["tickets_told"], summary["forms_told"], summary["visits"]) == (2, 1, 3)
    assert (summary["tickets_proven"], summary["forms_opened"]) == (2, 1)
    assert (summary["lost"], summary["plaintext_hits"], summary["duplicate_numbers"]) == (0, 0, 0)
    assert len(list((out / "slips").rglob("slip-*.png"))) >= 3
    opened = json.loads(huduma("desk", "open", "--site", str(site), "--agency", "NPS",
                               "--json").stdout)  # fmt: skip
    assert [each["form"] for each in opened] == ["police_abstract"]
    assert "Kisumu bus park" in opened[0]["xml"]
    waiting = huduma("queue", "call", "--site", str(site), "--counter", "4", "--json")
    assert json.loads(waiting.stdout)["number"] in {"A101", "C501"}
    for node in ("kiosk-1", "centre"):
        for act in ("verify", "rebuild"):
            checked = huduma("journal", act, "--site", str(site), "--node", node, "--json")
            assert checked.returncode == 0, checked.stdout


def test_a_story_that_is_no_story_is_refused_before_anything_starts(
    site: Path, tmp_path: Path
) -> None:
    story = tmp_path / "story.txt"
    story.write_text("tap start\ntapp choose.en\n")
    done = huduma("kiosk", "--site", str(site), "--headless", "--story", str(story))
    assert done.returncode == 2
    assert "Line 2" in done.stderr
    assert "'tap'" in done.stderr


def test_the_queue_works_from_a_shell_with_no_service_running(site: Path) -> None:
    def queue(act: str, *words: str) -> tuple[int, dict[str, object]]:
        done = huduma("queue", act, "--site", str(site), *words, "--json")
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    node = ("--node", "kiosk-1")
    code, first = queue("issue", *node, "--service", "NRB-02")
    assert (code, set(first)) == (0, {"number", "visit", "ahead"})
    assert first["number"] == "A101"
    again = queue("issue", *node, "--service", "NRB-02", "--visit", str(first["visit"]))[1]
    assert again == first
    other = ("--node", "kiosk-2")
    assert queue("issue", *other, "--service", "NRB-02", "--class", "elderly")[1]["number"] == (
        "A102"
    )
    assert queue("call", "--counter", "1")[0] == 0
    assert queue("call", "--counter", "1")[0] == 51
    assert queue("complete", "--counter", "2")[0] == 53
    assert queue("recall", "--counter", "1")[1]["number"] in {"A101", "A102"}
    assert queue("no-show", "--counter", "1")[0] == 0
    assert queue("issue", *node, "--service", "NRB-99")[0] == 54
    assert queue("issue", *node, "--service", "NRB-02", "--class", "vip")[0] == 55
    assert queue("issue", "--node", "centre", "--service", "NRB-02")[0] == 56
    none = queue("issue", *other, "--service", "NRB-02", "--class", "none")
    assert (none[0], none[1]["number"]) == (0, "A103")
    van = ("--node", "van-1")
    assert queue("issue", *van, "--service", "KRA-01")[1]["number"] == "F101"
    assert queue("call", *van, "--counter", "1")[1]["number"] == "F101"
