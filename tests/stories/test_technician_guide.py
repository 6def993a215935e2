"""The technician's guide is true: every command in it is run, in order, and answers what it says.

Each `sh` block names the machine it is typed on. Paths of the machines become folders of this test;
what is not `huduma` is run by the shell, but for what only a machine of its own has (systemctl).
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.main import main
from provisioning.doctor import enrolment_checks

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "technician.md"
BLOCK = re.compile(r"^```(sh|text)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_HERE = ("systemctl ", "chown ")


class Desk:
    """The machines of the guide as folders, and what was last shown on a screen."""

    def __init__(self, folder: Path, capsys, monkeypatch) -> None:
        self.folder, self.capsys, self.monkeypatch = folder, capsys, monkeypatch
        self.letters, self.codes, self.shown = "", "", ""
        (folder / "stick").mkdir()

    def run(self, machine: str, line: str) -> None:
        command, _, note = line.partition("#")
        wanted = re.search(r"code (\d+)", note)
        command = self._here(machine, command.strip())
        if command.startswith("huduma "):
            code = self._huduma(command.split()[1:])
            assert code == (int(wanted[1]) if wanted else 0), (line, self.shown)
        elif not command.startswith(NOT_HERE):
            subprocess.run(command, shell=True, check=True, cwd=self.folder)

    def _here(self, machine: str, command: str) -> str:
        device = self.folder / machine
        units = self.folder / f"{machine}-units"
        for each in (device, units):
            each.mkdir(exist_ok=True)
        self.monkeypatch.setattr(enrolment_checks, "UNIT_FOLDERS", (units,))
        places = {
            "/srv/kitui": self.folder / "kitui",
            "/media/stick": self.folder / "stick",
            "/var/lib/huduma": device,
            "/etc/systemd/system": units,
            "ABCD-EFGH": self.letters,
        }
        for there, here in places.items():
            command = command.replace(there, str(here))
        return command

    def _huduma(self, words: list[str]) -> int:
        typed = self.codes if "-" in words else self.letters
        typed = "482913" if "pin" in words else typed
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(typed + "\n"))
        self.capsys.readouterr()
        code = main(words)
        found = self.capsys.readouterr()
        self.codes = found.out if "HUDUMA1-" in found.out else self.codes
        told = re.search(r"aloud: (\S+)", found.err)
        self.letters = told[1] if told else self.letters
        self.shown += found.out + found.err
        return code

    def sees(self, text: str) -> None:
        """Each line of a `text` block was shown since the last one."""
        for line in text.splitlines():
            pattern = ".*".join(re.escape(part) for part in line.strip().split("…"))
            assert re.search(pattern, self.shown), (line, self.shown)
        self.shown = ""


@pytest.fixture
def desk(tmp_path, capsys, monkeypatch) -> Desk:
    return Desk(tmp_path, capsys, monkeypatch)


def test_every_command_of_the_guide_runs_and_answers_what_it_says(desk: Desk) -> None:
    blocks = BLOCK.findall(GUIDE.read_text())
    assert {kind for kind, _, _ in blocks} > {"text"}
    for kind, machine, text in blocks:
        if kind == "text":
            desk.sees(text)
            continue
        for line in text.splitlines():
            desk.run(machine, line)


def test_commands_stand_in_blocks_only_so_that_none_is_missed() -> None:
    outside = BLOCK.sub("", GUIDE.read_text())
    assert not re.findall(r"`(?:huduma|systemctl|cp|sudo) [^`]*`", outside)
    assert "```" not in outside
