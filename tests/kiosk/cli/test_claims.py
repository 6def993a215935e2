"""A device whose settings claim what its certificate does not say starts nothing and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.cli.main import main
from provisioning.node.site import Site

ROOT = Path(__file__).resolve().parents[3]

COMMANDS = {
    "kiosk-1": [
        ["core"],
        ["devices", "run"],
        ["sync", "run"],
        ["sync", "once"],
        ["queue", "issue", "--service", "NRB-02"],
    ],
    "centre": [["centre"], ["sync", "run"], ["queue", "call", "--counter", "1"]],
    "national": [["national", "run"]],
}
EDITS = [
    ('site = "HC-001"', 'site = "HC-015"'),
    ("county = 47", "county = 15"),
    ("unit = ", "unit = 1"),
]


def edit(site: Site, name: str, old: str, new: str) -> None:
    path = site.dir / name / "device.toml"
    text = path.read_text("utf-8")
    old = old if old in text else 'site = "HQ"'
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("name", "words"), [(name, words) for name, all_of in COMMANDS.items() for words in all_of]
)
@pytest.mark.parametrize(("old", "new"), EDITS)
def test_nairobi_does_not_run_as_kitui(site, capsys, name, words, old, new):
    edit(site, name, old, new)
    place = ["--site", str(site.dir)]
    if words[0] != "national":
        place += ["--node", name]
    assert main([*words, *place]) == 17
    told = capsys.readouterr().err.strip()
    assert "the certificate says" in told
    assert len(told.splitlines()) == 1
    assert not (site.dir / name / "huduma.db").exists()


def test_a_journal_is_not_rebuilt_under_another_name(site, capsys):
    place = ["--site", str(site.dir), "--node", "kiosk-1"]
    assert main(["queue", "issue", "--service", "NRB-02", *place]) == 0
    edit(site, "kiosk-1", 'site = "HC-001"', 'site = "HC-015"')
    capsys.readouterr()
    assert main(["journal", "rebuild", *place]) == 17
    assert main(["journal", "verify", *place]) == 0  # to look is allowed


def test_the_doctor_names_it(site, capsys):
    edit(site, "kiosk-1", 'site = "HC-001"', 'site = "HC-015"')
    assert main(["doctor", "--site", str(site.dir), "--node", "kiosk-1"]) != 0
    assert "device.toml of kiosk-1 says site HC-015, the certificate says HC-001" in (
        capsys.readouterr().out
    )


def test_no_writer_opens_a_database_unproven():
    """Who writes asks `Node.proven_db_path`; the plain path is for readers."""
    for package in ("kiosk", "sync", "peripherals", "content", "provisioning"):
        for path in (ROOT / package).rglob("*.py"):
            text = "".join(path.read_text("utf-8").split())
            assert "Store.open(node.db_path" not in text, path
