"""`huduma queue`: numbers and calls from a shell, with the codes that refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from kiosk.cli.main import main
from provisioning.node.site import Site


class Shell:
    """A shell on the machine where the whole site lies."""

    def __init__(self, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
        self.site = site
        self.capsys = capsys

    def issue(self, service: str, priority_class: str = "none") -> dict[str, Any]:
        """In a process of its own: the link to the centre ends with it."""
        words = ["--node", "kiosk-1", "--service", service, "--class", priority_class, "--json"]
        run = [sys.executable, "-m", "kiosk.cli.main", "queue", "issue", *words]
        told = subprocess.run(
            [*run, "--site", str(self.site.dir)], capture_output=True, check=True, timeout=60
        )
        return dict(json.loads(told.stdout))

    def call(self, counter: int, code: int = 0) -> dict[str, Any]:
        words = ["queue", "call", "--counter", str(counter), "--site", str(self.site.dir)]
        assert main([*words, "--json"]) == code
        told = self.capsys.readouterr()
        return dict(json.loads(told.out)) if code == 0 else {"words": told.err}


@pytest.fixture
def shell(site: Site, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(site, capsys)


def test_issue_says_how_many_are_called_before_and_that_is_so(shell: Shell) -> None:
    issued = [shell.issue("NRB-02") for _ in range(3)]
    elderly = shell.issue("KRA-01", "elderly")
    assert [each["ahead"] for each in issued] == [0, 1, 2]
    assert elderly.keys() == {"number", "visit", "ahead"}
    assert elderly["ahead"] == 0
    assert shell.call(1)["number"] == elderly["number"]
    assert shell.call(2)["number"] == issued[0]["number"]


def test_a_counter_of_another_agency_and_one_that_is_not_there_are_refused(shell: Shell) -> None:
    shell.issue("NRB-02")
    refused = shell.call(5, code=57)["words"]
    assert "Counter 5 serves KRA, NTSA: those who wait came for other services" in refused
    assert "counters 1, 2, 3, 4 can call them." in refused
    unknown = shell.call(6, code=58)["words"]
    assert "counters 1 to 5" in unknown
    assert "raise queue.counters in the centre's settings" in unknown
    assert shell.call(4)["number"] == "A101"
    assert "Nobody is waiting." in shell.call(5, code=52)["words"]


def test_a_site_may_have_a_table_of_its_own(shell: Shell) -> None:
    folder = shell.site.node("centre").dir
    settings = folder / "device.toml"
    text = settings.read_text()
    settings.write_text(text.replace("[queue]", '[queue]\ncounter_table = "counters.csv"', 1))
    shell.issue("NRB-02")
    assert "counter_table" in shell.call(1, code=33)["words"]
    (folder / "counters.csv").write_text("centre,counter,agencies,services\n*,1,KRA,\n")
    assert "Counter 1 serves KRA" in shell.call(1, code=57)["words"]
    (folder / "counters.csv").write_text(
        "centre,counter,agencies,services\n" + "".join(f"*,{n},KRA,\n" for n in range(1, 6))
    )
    assert "no counter serves these: correct the table" in shell.call(1, code=57)["words"]
    (folder / "counters.csv").write_text("centre,counter,agencies,services\nHC-015,1,KRA,\n")
    assert "has no row for HC-001, only for HC-015" in shell.call(1, code=33)["words"]
    (folder / "counters.csv").write_text("centre,counter,agencies,services\nhc-001,1,KRA,\n")
    assert "Counter 1 serves KRA" in shell.call(1, code=57)["words"]
    assert shell.call(5)["number"] == "A101"
