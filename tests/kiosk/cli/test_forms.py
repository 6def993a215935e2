"""`huduma forms`: what scripts rely on, to the letter."""

import io
import json
import subprocess
import sys

import pytest

from kiosk.cli.main import main
from kiosk.tools.form_tryout.server import serve
from tests.content.xforms.bench import bind, inputs, xform

KEYS = {"path", "relevant", "required", "readonly", "value", "valid", "violation", "message", "choices", "label"}  # fmt: skip


@pytest.fixture
def form(tmp_path):
    path = tmp_path / "form.xml"
    model = (
        bind("/data/a", type="int", constraint=". < 10", jr_constraintMsg="too big")
        + bind("/data/s", required="true()")
        + bind("/data/r/x", type="int")
        + bind("/data/sum", calculate="sum(/data/r/x)")
    )
    body = (
        inputs("a")
        + '<select1 ref="/data/s"><label>S</label><item><label>Yes</label><value>y</value></item></select1>'
        + f'<group ref="/data/r"><repeat nodeset="/data/r">{inputs("r/x")}</repeat></group>'
    )
    path.write_bytes(xform("<a/><s/><r><x/></r><sum/>", model, body))
    return path


def run(capsys, *words):
    code = main(["forms", *map(str, words)])
    out = capsys.readouterr().out
    return code, [json.loads(line) for line in out.splitlines()]


def test_try_prints_the_state_of_every_node(form, capsys):
    code, [answer] = run(capsys, "try", form, "--json")
    assert code == 0
    nodes = {node["path"]: node for node in answer["nodes"]}
    assert list(nodes) == ["/data", "/data/a", "/data/s", "/data/r[1]", "/data/r[1]/x", "/data/sum"]
    assert all(node.keys() >= KEYS for node in answer["nodes"])
    assert nodes["/data/s"]["violation"] == "required"
    assert nodes["/data/s"]["choices"] == [{"value": "y", "label": "Yes"}]
    assert nodes["/data/a"]["choices"] is None


def test_try_runs_a_script_and_goes_on_after_a_failure(form, capsys, tmp_path):
    script = tmp_path / "ops.jsonl"
    operations = [
        {"op": "set", "path": "/data/a", "value": "12"},
        {"op": "set", "path": "/data/nowhere", "value": "1"},
        {"op": "add", "path": "/data/r"},
        {"op": "set", "path": "/data/r[2]/x", "value": "5"},
        {"op": "set", "path": "/data/r[1]/x", "value": 2},
        {"op": "jump"},
        {"op": "language", "value": "xx"},
        {"op": "dump"},
        {"op": "remove", "path": "/data/r[1]"},
        {"op": "set", "path": "/data/a", "value": None},
        {"op": "finalize"},
    ]
    script.write_text("\n".join(map(json.dumps, operations)))
    code, answers = run(capsys, "try", form, "--script", script, "--json", "--seed", 3)
    assert code == 0
    assert ["error" in answer for answer in answers] == [True, True, True, False, False]
    nodes = {node["path"]: node for node in answers[3]["nodes"]}
    assert nodes["/data/a"]["violation"] == "constraint"
    assert nodes["/data/a"]["message"] == "too big"
    assert nodes["/data/sum"]["value"] == "7"
    last = answers[4]
    assert last["submission"].startswith("<data ")
    assert [v["path"] for v in last["violations"]] == ["/data/s"]
    assert "<x>5</x>" in last["submission"]


def test_the_moment_the_zone_and_the_seed_are_as_told(tmp_path, capsys):
    path = tmp_path / "form.xml"
    path.write_bytes(
        xform("<a/><b/>", bind("/data/a", calculate="now()") + bind("/data/b", calculate="uuid()"))
    )
    words = ("try", path, "--now", "2026-11-22T23:30:00Z", "--tz", "Asia/Tokyo", "--seed", "5")
    _, [first] = run(capsys, *words)
    _, [second] = run(capsys, *words)
    values = {node["path"]: node["value"] for node in first["nodes"]}
    assert values["/data/a"] == "2026-11-23T08:30:00.000+09:00"
    assert first == second


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no form", 61), (xform("<a/>", bind("/data/a", calculate="/data/a")), 62), (xform("<a/>", bind("/data/a", calculate="1 +")), 63)],
)  # fmt: skip
def test_a_form_that_does_not_load_says_so_with_its_code(tmp_path, capsys, content, code):
    path = tmp_path / "form.xml"
    path.write_bytes(content)
    got, [answer] = run(capsys, "try", path, "--json")
    assert (got, answer["stage"]) == (code, "parse")


def test_lint_says_clean_problems_or_no_form(tmp_path, capsys):
    path = tmp_path / "form.xml"
    path.write_bytes(
        xform(
            "<a/><b/>", bind("/data/a", calculate="/data/b") + bind("/data/b", calculate="/data/a")
        )
    )
    code = main(["forms", "lint", str(path), "--json"])
    problems = json.loads(capsys.readouterr().out)
    assert code == 60
    assert any("/data/a" in p["text"] and "/data/b" in p["text"] for p in problems)
    path.write_bytes(b"nothing")
    assert main(["forms", "lint", str(path)]) == 61


def test_the_default_forms_are_clean(capsys):
    from pathlib import Path

    import content

    folder = Path(content.__file__).parent / "default/forms"
    forms = sorted(folder.glob("*.xlsx"))[:3]
    assert forms
    assert [main(["forms", "lint", str(path)]) for path in forms] == [0] * len(forms)


def test_compile_writes_an_xform(tmp_path, capsys):
    from pathlib import Path

    import content

    source = next((Path(content.__file__).parent / "default/forms").glob("*.xlsx"))
    out = tmp_path / "out.xml"
    assert main(["forms", "compile", str(source), "-o", str(out)]) == 0
    assert run(capsys, "try", out)[0] == 0


def ask(requests, deadline_s=20.0):
    lines = b"".join(
        (r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in requests
    )
    out = io.BytesIO()
    serve(io.BytesIO(lines), out, deadline_s)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_serve_answers_each_request_with_one_line(form, tmp_path):
    bad = tmp_path / "bad.xml"
    bad.write_bytes(b"<nothing/>")
    answers = ask([
        {"form": str(form), "media": None, "ops": []},
        {"form": str(form), "media": None, "ops": [{"op": "dump"}, {"op": "set"}, {"op": "finalize"}]},
        {"form": str(bad), "media": None, "ops": []},
        b"not json",
        {"form": "/nowhere.xml", "media": str(tmp_path), "ops": [{"op": "dump"}]},
        {"form": str(form), "media": None, "ops": [{"op": "dump"}], "now": "nonsense"},
    ])  # fmt: skip
    assert answers[0] == []
    assert [sorted(a) for a in answers[1]][1] == ["code", "error", "operation"]
    assert "submission" in answers[1][2]
    assert [answers[2][0]["stage"], answers[4][0]["stage"]] == ["parse", "parse"]
    assert "error" in answers[3][0]
    assert "error" in answers[5][0]


def slow_form():
    """A form that would run for minutes: three thousand calculations over many nodes each."""
    record = "".join(f"<a{n}/>" for n in range(3_000))
    model = "".join(
        bind(
            f"/data/a{n}",
            calculate="count(//*) + count(//*) + count(//*) + count(//*)".replace(
                "//*", f"/data/a{n}/..//*"
            ),
        )
        for n in range(3_000)
    )
    return xform(
        "<g>" + record.replace("a", "b") + "</g>" + record, model.replace("..//*", "../g//*")
    )


def test_a_hang_or_a_crash_on_one_form_does_not_end_the_server(form, tmp_path):
    slow = tmp_path / "slow.xml"
    slow.write_bytes(slow_form())
    fifo = tmp_path / "never.xml"
    import os

    os.mkfifo(fifo)
    answers = ask(
        [
            {"form": str(form), "ops": [{"op": "dump"}]},
            {"form": str(fifo), "ops": []},
            {"form": str(slow), "ops": []},
            {"form": str(form), "ops": [{"op": "dump"}]},
        ],
        deadline_s=3.0,
    )
    assert "nodes" in answers[0][0]
    assert "error" in answers[1][0]
    assert "error" in answers[2][0]
    assert answers[3] == answers[0]


def test_the_server_is_a_command_of_its_own(form):
    request = json.dumps({"form": str(form), "media": None, "ops": [{"op": "dump"}]}) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.cli", "forms", "try", "--serve"],
        input=request * 3, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert len(set(lines)) == 1


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (bind("/data/a", calculate="/data/b") + bind("/data/b", calculate="/data/a"), ("/data/a", "/data/b")),
        (bind("/data/a", relevant="/data/nowhere = 1"), ("/data/a", "/data/nowhere")),
    ],
    ids=["circle", "unknown name"],
)  # fmt: skip
def test_a_pack_is_not_built_with_a_broken_form(tmp_path, model, names):
    from content.xforms.faults import FormRefused
    from kiosk.tools.form_tryout.run import refuse_broken

    (tmp_path / "fine.xml").write_bytes(xform("<a/><b/>", "", inputs("a")))
    refuse_broken(tmp_path)
    (tmp_path / "broken.xml").write_bytes(xform("<a/><b/>", model, inputs("a")))
    with pytest.raises(FormRefused, match=r"broken\.xml") as caught:
        refuse_broken(tmp_path)
    assert all(name in str(caught.value) for name in names)
