"""The commands of this engineer as a technician types them: provision, settings, journal."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.cli.main import main
from kiosk.node.database import open_node_database
from sync.store.database import Store

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def told(site, clock, ids):
    """kiosk-1 with eight entries of two kinds; the subject of the third."""
    database = open_node_database(site.node("kiosk-1"), clock)
    store, journal = database.store, database.journal
    subjects = [ids.uuid7() for _ in range(8)]
    with store.transaction() as tx:
        for count, subject in enumerate(subjects):
            kind = ("node.fault", "staff.called")[count % 2]
            body = {"count": count} if count % 2 == 0 else {"state": "home"}
            journal.append(tx, kind, subject, body)
        sealed = {"sealed": b"\x00\xff", "agency": "NRB"}
        journal.append(tx, "capsule.opened", subjects[2], sealed, audience="agency:NRB")
    store.close()
    return site, subjects[2]


def journal(site, act, capsys, *options):
    words = ["journal", act, "--site", str(site.dir), "--node", "kiosk-1", "--json", *options]
    code = main(words)
    out = capsys.readouterr()
    return code, json.loads(out.out) if out.out.strip() else None, out.err


def test_provision_demo_works_end_to_end_in_three_seconds_of_work(tmp_path, capsys):
    started = time.process_time()
    assert main(["provision", "demo", str(tmp_path / "site"), "--json"]) == 0
    assert time.process_time() - started < 3
    made = json.loads(capsys.readouterr().out)
    assert len(made["agencies"]) == 31
    assert [each["role"] for each in made["nodes"]] == [
        *("national", "centre", "kiosk", "kiosk", "van")
    ]
    assert (tmp_path / "site" / "pack").is_dir()
    before = sorted((tmp_path / "site").rglob("*"))
    assert main(["provision", "demo", str(tmp_path / "site")]) == 18
    assert "nothing was changed" in capsys.readouterr().err
    assert sorted((tmp_path / "site").rglob("*")) == before


def test_the_demo_can_be_made_where_an_empty_folder_is(tmp_path, capsys):
    assert main(["provision", "demo", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "Next: huduma doctor" in told.err


def test_settings_are_printed_for_people_and_for_machines(site, capsys):
    here = ["settings", "--site", str(site.dir), "--node", "van-1"]
    assert main([*here, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["node"]["role"] == "van"
    assert found["ui"]["idle_s"] == 60
    assert main(here) == 0
    text = capsys.readouterr().out
    copy = site.dir / "copy.toml"
    copy.write_text(text)
    assert main(["settings", "--file", str(copy), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found
    assert main(["settings", "--describe"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs/settings.md").read_text()


def test_settings_of_a_bad_file_exit_with_the_code_of_the_mistake(tmp_path, capsys):
    path = tmp_path / "device.toml"
    path.write_text("[node]\nnmae = 1\n")
    assert main(["settings", "--file", str(path)]) == 12
    assert f"{path}, line 2" in capsys.readouterr().err
    assert main(["settings", "--file", str(tmp_path / "none.toml")]) == 10


def test_settings_without_a_node_say_which_there_are(site, capsys):
    assert main(["settings", "--site", str(site.dir)]) == 2
    assert "national, centre, kiosk-1" in capsys.readouterr().err
    assert main(["settings", "--site", str(site.dir), "--node", "kiosk-9"]) == 18


def test_the_journal_is_shown_whole_or_in_part(told, capsys):
    site, subject = told
    code, entries, _ = journal(site, "show", capsys)
    assert code == 0
    assert [each["seq"] for each in entries] == list(range(1, 10))
    assert entries[0]["kind"] == "node.fault"
    assert entries[0]["body"] == {"count": 0}
    assert entries[8]["body"] == {"sealed": "00ff", "agency": "NRB"}
    assert entries[0]["time"] == "2026-11-23T08:00:00.000+03:00"
    parts = {
        ("--after", "6"): [7, 8, 9],
        ("--last", "2"): [8, 9],
        ("--last", "0"): [],
        ("--kind", "staff.called"): [2, 4, 6, 8],
        ("--subject", str(subject)): [3, 9],
        ("--subject", str(subject), "--after", "3"): [9],
    }
    for options, seqs in parts.items():
        assert [each["seq"] for each in journal(site, "show", capsys, *options)[1]] == seqs
    assert main(["journal", "show", "--site", str(site.dir), "--node", "kiosk-1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 9
    assert journal(site, "show", capsys, "--subject", "me")[0] == 2


def test_a_whole_journal_verifies(told, capsys):
    code, verdict, _ = journal(told[0], "verify", capsys)
    assert (code, verdict["ok"], verdict["entries"], verdict["first_bad"]) == (0, True, 9, None)


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ("UPDATE journal SET body = x'a165636f756e7403' WHERE seq = 3", 3),
        ("UPDATE journal SET kind = 'node.faulT' WHERE seq = 5", 5),
        ("DELETE FROM journal WHERE seq = 4", 4),
        ("DELETE FROM journal WHERE seq = 9", 9),
        ("DELETE FROM journal", 1),
    ],
)
def test_an_altered_journal_exits_40_with_the_first_bad_entry(told, capsys, statement, bad):
    site, _ = told
    store = Store.open(site.dir / "kiosk-1" / "huduma.db", [])
    with store.transaction() as tx:
        tx.execute(statement)
    store.close()
    code, verdict, errors = journal(site, "verify", capsys)
    assert (code, verdict["ok"], verdict["first_bad"]) == (40, False, bad)
    assert f"entry {bad}: {verdict['reason']}" in errors
    assert main(["journal", "verify", "--site", str(site.dir), "--node", "kiosk-1"]) == 40
    assert capsys.readouterr().out.strip() == str(bad)
    assert journal(site, "rebuild", capsys)[0] == 40


def test_a_damaged_index_of_the_journal_is_told_too(told, capsys):
    site, _ = told
    path = site.dir / "kiosk-1" / "huduma.db"
    raw = bytes(Store.read_only(path).one("SELECT subject FROM journal WHERE seq = 5")[0])
    checkpointed = Store.open(path, [])
    checkpointed.checkpoint()
    checkpointed.close()
    whole = path.read_bytes()
    spots = [at for at in range(len(whole)) if whole.startswith(raw, at)]
    for spot in spots:  # the row itself, and its copy in the index
        path.write_bytes(whole[: spot + 15] + bytes([whole[spot + 15] ^ 1]) + whole[spot + 16 :])
        code, verdict, errors = journal(site, "verify", capsys)
        assert (code, verdict["ok"]) == (40, False)
        assert verdict["first_bad"] == 5
        assert "entry 5" in errors
    assert len(spots) == 2


def test_another_nodes_database_is_told(told, capsys):
    site, _ = told
    (site.dir / "kiosk-1" / "huduma.db").replace(site.dir / "kiosk-2" / "huduma.db")
    assert main(["journal", "verify", "--site", str(site.dir), "--node", "kiosk-2"]) == 40
    assert "belongs to node kiosk-1" in capsys.readouterr().err


def test_rebuild_proves_every_projection_of_the_role_equal(told, capsys):
    site, _ = told
    code, report, _ = journal(site, "rebuild", capsys)
    assert (code, report["ok"]) == (0, True)
    assert report["projections"]
    assert all(report["projections"].values())


def test_a_node_without_a_database_is_a_fault_not_a_whole_journal(site, capsys):
    for act in ("show", "verify", "rebuild"):
        code, printed, errors = journal(site, act, capsys)
        assert code == 42
        assert printed is None
        assert "start the node's services once" in errors
    Store.open(site.dir / "kiosk-1" / "huduma.db", []).close()
    assert journal(site, "verify", capsys)[0] == 42


def test_looking_changes_nothing(told, capsys):
    site, _ = told
    path = site.dir / "kiosk-1" / "huduma.db"
    before = path.read_bytes()
    for act in ("show", "verify"):
        journal(site, act, capsys)
    assert path.read_bytes() == before


@pytest.mark.parametrize("verb", ["provision", "settings", "journal", "doctor"])
def test_each_command_has_help_and_starts_fast_without_kivy(verb):
    script = (
        "import sys\nfrom kiosk.cli.main import main\n"
        f"try: main([{verb!r}, '--help'])\nexcept SystemExit as end: assert end.code == 0\n"
        "assert not {'kivy', 'zmq', 'lxml'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"huduma {verb}" in done.stdout
