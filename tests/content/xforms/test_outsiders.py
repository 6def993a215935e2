"""People who have read nothing: `huduma forms` with odd files, flags and requests, and a sentence."""

import json
import shutil

import pytest

from content.authoring.build import DEFAULT_SOURCES
from kiosk.cli.main import main
from kiosk.tools.form_tryout.server import answer_line
from tests.content.xforms.bench import bind, inputs, xform

FORM = xform("<a/>", bind("/data/a", type="int"), inputs("a"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "form.xml").write_bytes(FORM)
    (tmp_path / "empty.xlsx").write_bytes(b"")
    (tmp_path / "empty.xml").write_bytes(b"")
    (tmp_path / "letter.docx").write_bytes(b"Dear all")
    (tmp_path / "page.xml").write_bytes(b"<html/>")
    shutil.copy(DEFAULT_SOURCES / "forms/first_id.xlsx", tmp_path / "MACROS.XLSM")
    return tmp_path


def run(capsys, *words):
    code = main(["forms", *words])
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return code, told.out, told.err


@pytest.mark.parametrize("verb", ["lint", "compile", "try"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.xlsx", "cannot be read"),
        ("missing.xml", "cannot be read"),
        ("empty.xlsx", "is empty"),
        ("empty.xml", "empty"),
        ("letter.docx", "form"),
        ("page.xml", "not an XForm|no XForms model"),
        (".", "form|cannot be read"),
    ],
)
def test_a_file_that_is_no_form_is_said_to_be_none(folder, capsys, verb, name, said):
    more = ["-o", "out.xml"] if verb == "compile" else []
    code, _, err = run(capsys, verb, name, *more)
    assert code == 61
    assert any(part in err for part in said.split("|")), err
    assert not (folder / "out.xml").exists()


def test_a_workbook_with_macros_is_a_workbook(folder, capsys):
    assert run(capsys, "compile", "MACROS.XLSM", "-o", "out.xml")[0] == 0
    assert (folder / "out.xml").stat().st_size > 10_000
    assert run(capsys, "lint", "MACROS.XLSM")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compile", "MACROS.XLSM", "-o", "nowhere/out.xml"], "cannot be written"),
        (["compile", "MACROS.XLSM", "-o", "."], "cannot be written"),
        (["try"], "Name a form"),
        (["try", "form.xml", "--media", "nowhere"], "not a folder"),
        (["try", "form.xml", "--media", "form.xml"], "not a folder"),
        (["try", "form.xml", "--now", "yesterday"], "not a moment"),
        (["try", "form.xml", "--tz", "Mars/Base"], "not a time zone"),
        (["try", "form.xml", "--tz", "../etc/passwd"], "not a time zone"),
        (["try", "form.xml", "--script", "none.jsonl"], "cannot be read"),
        (["try", "form.xml", "--script", "MACROS.XLSM"], "not UTF-8"),
        (["try", "form.xml", "--deadline-s", "0"], "--deadline-s"),
        (["try", "form.xml", "--deadline-s", "nan"], "--deadline-s"),
        (["try", "--serve", "--deadline-s", "-1"], "--deadline-s"),
    ],
)
def test_a_flag_that_makes_no_sense_is_a_sentence_and_code_2(folder, capsys, words, said):
    code, _, err = run(capsys, *words)
    assert (code, said in err) == (2, True), err


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n"])
def test_scripts_of_any_editor_are_read(folder, capsys, start, end):
    lines = [b'{"op":"set","path":"/data/a","value":7}', b'{"op":"dump"}']
    (folder / "ops.jsonl").write_bytes(start + end.join(lines) + end)
    code, out, _ = run(capsys, "try", "form.xml", "--script", "ops.jsonl")
    assert code == 0
    assert [n["value"] for n in json.loads(out)["nodes"]] == ["", "7"]


def test_a_line_that_is_no_operation_is_told_in_its_turn(folder, capsys):
    lines = ['{"op":"fly"}', "{oops", "5", '{"op":"set"}', '{"op":"language"}', '{"op":"dump"}']
    (folder / "ops.jsonl").write_text("\n".join(lines))
    code, out, _ = run(capsys, "try", "form.xml", "--script", "ops.jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [answer.get("operation") for answer in answers] == [1, 2, 3, 4, 5, None]
    assert "Line 2 of ops.jsonl" in answers[1]["error"]
    assert "nodes" in answers[5]


def test_one_form_is_bounded_in_time_without_the_server_too(folder, capsys):
    record = "".join(f"<q{n}/>" for n in range(20_000))
    model = "".join(bind(f"/data/q{n}", relevant=f"/data/q{n - 1} = 'x'") for n in range(1, 20_000))
    (folder / "big.xml").write_bytes(xform(record, model))
    code, _, err = run(capsys, "try", "big.xml", "--deadline-s", "0.05")
    assert (code, "more than 0.05 s" in err) == (64, True), err


@pytest.mark.parametrize(
    ("record", "model", "body"),
    [
        (
            "".join(f"<q{n}/>" for n in range(1_500)),
            "".join(
                bind(f"/data/q{n}", calculate="count(//*[count(//*[. = '']) > 0])")
                for n in range(1_500)
            ),
            "",
        ),
        (
            '<n>9999</n><r jr:template=""><m>9999</m><s jr:template=""><x/></s></r>',
            "",
            (
                '<group ref="/data/r"><repeat nodeset="/data/r" jr:count="/data/n"><group ref="/data/r/s">'
                '<repeat nodeset="/data/r/s" jr:count="../m"/></group></repeat></group>'
            ),
        ),
    ],
    ids=["everything reads everything", "rows of rows"],
)
def test_a_form_that_multiplies_is_refused_before_the_machine_is_full(
    folder, capsys, record, model, body
):
    (folder / "bomb.xml").write_bytes(xform(record, model, body))
    code, _, err = run(capsys, "try", "bomb.xml", "--deadline-s", "60")
    assert (code, "too many places" in err or "fewer rows" in err) == (64, True), err


@pytest.mark.parametrize(
    "request_line",
    [
        b"nonsense", b"[]", b"{}", b'{"form":5}', b'{"form":"form.xml","ops":5}',
        b'{"form":"form.xml","ops":"dump"}', b'{"form":"form.xml","ops":{"op":"dump"}}',
        b'{"form":"form.xml","seed":"x"}', b'{"form":"form.xml","seed":1.5}',
        b'{"form":"form.xml","tz":5}', b'{"form":"form.xml","media":5}',
        b'{"form":"form.xml","now":5}', b'{"form":"form.xml","properties":5}',
        b'{"form":"form.xml\\u0000"}', b"[" * 100_000,
    ],
    ids=lambda line: line[:40].decode(),
)  # fmt: skip
def test_a_request_that_is_none_is_answered_with_what_is_wrong(folder, request_line):
    [answer] = json.loads(answer_line(request_line))
    assert answer["stage"] == "request"
    assert answer["error"].endswith(".")


def test_a_request_may_leave_out_all_but_the_form(folder):
    assert json.loads(answer_line(b'{"form":"form.xml"}')) == []
    whole = (
        b'{"form":"form.xml","media":"nowhere","ops":[{"op":"dump"}],"properties":{"deviceid":5}}'
    )
    assert [n["path"] for n in json.loads(answer_line(whole))[0]["nodes"]] == ["/data", "/data/a"]
