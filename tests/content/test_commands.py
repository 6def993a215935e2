"""`huduma content` as scripts use it."""

from __future__ import annotations

import json

import pytest

from kiosk.cli.main import main


@pytest.fixture
def root_file(tmp_path, root):
    path = tmp_path / "root.pub"
    path.write_text(root.hex())
    return str(path)


def run(capsys, *words: str) -> tuple[int, str, str]:
    code = main(["content", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_search_prints_codes_best_first(capsys):
    code, out, _ = run(capsys, "search", "lsot id", "--json")
    assert code == 0
    assert json.loads(out)[0] == {"code": "NRB-02", "title": "Replace a lost national ID"}
    code, out, _ = run(capsys, "search", "kitambulisho kimepotea", "--language", "sw")
    assert out.startswith("NRB-02")
    assert "Kupata" in out.splitlines()[0]
    code, _, err = run(capsys, "search", "xqzw")
    assert (code, err) == (0, "nothing found\n")


def test_show_tells_status_and_what_to_confirm(capsys, pack, root_file):
    code, out, _ = run(
        capsys,
        "show",
        "NRB-02",
        "--json",
        "--day",
        "2026-01-05",
        "--pack",
        str(pack),
        "--root",
        root_file,
    )
    shown = json.loads(out)
    assert code == 0
    assert shown["fee_kes"] == {"value": 0, "status": "R", "confirm": True}
    assert shown["forms"] == ["lost_id"]


@pytest.mark.parametrize("what", ["lost_id", "NRB", "HC-001"])
def test_show_knows_forms_agencies_and_centres(capsys, pack, root_file, what):
    code, out, _ = run(capsys, "show", what, "--json", "--pack", str(pack), "--root", root_file)
    assert code == 0
    assert json.loads(out)["kind"] in {"form", "agency", "centre"}


def test_show_of_nothing_is_34(capsys, pack, root_file):
    code, _, err = run(capsys, "show", "NRB-99", "--pack", str(pack), "--root", root_file)
    assert code == 34
    assert "NRB-99" in err


def test_verify_believes_the_whole_and_refuses_the_rest(capsys, pack, root_file, tmp_path):
    code, out, _ = run(capsys, "verify", str(pack), "--root", root_file, "--json")
    assert code == 0
    assert json.loads(out)["ok"]
    code, _, err = run(capsys, "verify", str(tmp_path), "--root", root_file)
    assert code == 31
    assert "pack.json" in err
    code, _, err = run(capsys, "verify", str(pack))
    assert code == 2


def test_build_install_list_and_go_back(capsys, tmp_path, signer, root):
    from provisioning.identity.keys import FileKeyStore

    FileKeyStore(tmp_path / "root").write("root", signer.private_bytes_raw())
    (tmp_path / "root.pub").write_text(root.hex())
    believe = ("--root", str(tmp_path / "root.pub"))
    state = ("--state", str(tmp_path / "state"), "--json")
    for minute in (1, 2):
        now = f"2026-11-23T08:0{minute}:00+03:00"
        key = ("--key", str(tmp_path / "root" / "root.key"))
        assert run(capsys, "build", "-o", str(tmp_path / "p"), *key, "--now", now)[0] == 0
        install = ("install", "--from", str(tmp_path / "p"), *state, *believe, "--now", now)
        code, out, _ = run(capsys, *install)
        assert code == 0
        assert json.loads(out) == {"version": 202611230500 + minute, "already_current": False}
        assert json.loads(run(capsys, *install)[1])["already_current"]
    listed = json.loads(run(capsys, "list", *state)[1])
    assert listed == {"current": 202611230502, "previous": 202611230501}
    assert json.loads(run(capsys, "rollback", *state)[1]) == {"current": 202611230501}


def test_strings_go_out_as_po_and_come_back(tmp_path):
    from content.authoring.build import DEFAULT_SOURCES
    from content.faults import SourcesRefused
    from content.i18n import po

    table = tmp_path / "strings.csv"
    table.write_bytes((DEFAULT_SOURCES / "strings.csv").read_bytes())
    exported = tmp_path / "sw.po"
    count = po.export(table, exported, "sw")
    assert count > 300
    assert po.bring_in(exported, table, "sw") == 0
    assert table.read_bytes() == (DEFAULT_SOURCES / "strings.csv").read_bytes()
    text = exported.read_text("utf-8")
    exported.write_text(text.replace('msgstr "Karibu Huduma"', 'msgstr "Karibuni"', 1), "utf-8")
    assert po.bring_in(exported, table, "sw") == 1
    assert b"Karibuni" in table.read_bytes()
    exported.write_text(text.replace("Watu walio mbele yako: {n}", "Watu: {m}"), "utf-8")
    with pytest.raises(SourcesRefused, match="names"):
        po.bring_in(exported, table, "sw")
    assert b"Karibuni" in table.read_bytes()
