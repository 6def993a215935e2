"""The guides of an agency's officer and of the national operator are true: every command in them is
run, in order, on a site with one form, and ends as they say.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.cli.main import main
from tests.kiosk.conftest import Visitor, catalogue, site, site_template, visitor  # noqa: F401
from tests.kiosk.visit.test_visit import report_lost_id

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
UNTIL_STOPPED = "runs until stopped"


@pytest.mark.parametrize("guide", ["agency", "operator"])
def test_every_command_of_the_guide(
    guide: str,
    visitor: Visitor,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report_lost_id(visitor).tap("submit")
    node, folder = visitor.kiosk.counter.node, visitor.kiosk.counter.node.dir.parent
    (tmp_path / "stick").mkdir()
    about = ["--site", str(folder), "--node"]
    assert main(["sync", "export", *about, node.name, "--to", str(tmp_path / "stick")]) == 0
    assert main(["sync", "import", *about, "national", "--from", str(tmp_path / "stick")]) == 0
    served: list[str] = []
    monkeypatch.setattr("kiosk.fleet.fleet_server.serve", lambda *_: served.append("yes"))
    reference = visitor.number()
    assert reference.startswith("NPS-"), "the guide says NPS"
    shown, ran = "", 0
    for kind, text in BLOCK.findall((GUIDES / f"{guide}.md").read_text()):
        for line in text.splitlines():
            if kind == "text":
                assert line in shown, line
                continue
            command, _, note = line.partition("#")
            wanted = re.search(r"code (\d+)", note)
            for there, here in (
                ("/srv/huduma", str(folder)),
                ("/srv/forms", str(tmp_path / "forms")),
                ("REF", reference),
            ):
                command = command.replace(there, here)
            capsys.readouterr()
            code = main(command.split()[1:])
            shown = "".join(capsys.readouterr())
            assert code == (int(wanted[1]) if wanted else 0), (line, shown)
            ran += 1
    assert ran == {"agency": 12, "operator": 5}[guide]
    assert served == (["yes"] if guide == "operator" else [])
