"""Our own forms and their recorded verdicts.

A form is one file `own/NAME.md`: XLSForm tables as markdown, and operations as `> op path value`.
`python -m tests.content.xforms.referees.own` asks the live referees and writes `own/NAME.json`: for each
referee, its answers with everything masked that no two runs share.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyxform.xls2xform import convert

from tests.content.xforms.referees.compare import Nodes, by_path, differences, masked
from tests.content.xforms.referees.drivers import Answers, Ours, javarosa, web_forms

FOLDER = Path(__file__).parent.parent / "own"
MEDIA = FOLDER / "media"
_KEPT = ("path", "relevant", "required", "value", "leaf", "choices", "label", "holds", "violation")


def names() -> list[str]:
    """All own forms."""
    return sorted(path.stem for path in FOLDER.glob("*.md"))


def xform(name: str) -> str:
    """The compiled form."""
    lines = (FOLDER / f"{name}.md").read_text().splitlines()
    tables = "\n".join(line for line in lines if line.startswith("|"))
    return convert(tables, file_type=".md", form_name="data").xform


def operations(name: str) -> list[dict[str, Any]]:
    """The form's operations."""
    return list(_operations((FOLDER / f"{name}.md").read_text()))


def _operations(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if not line.startswith("> "):
            continue
        name, _, rest = line[2:].partition(" ")
        if name == "set":
            path, _, value = rest.partition(" ")
            yield {"op": "set", "path": path, "value": value}
        elif name in {"add", "remove"}:
            yield {"op": name, "path": rest}
        elif name == "language":
            yield {"op": name, "value": rest}
        else:
            yield {"op": name}


def dumps(answers: Answers) -> list[Nodes]:
    """The dumps among answers; an error is no dump."""
    return [by_path(answer["nodes"]) for answer in answers if "nodes" in answer]


def recorded(answers: Answers) -> list[dict[str, Any]]:
    """Answers as they are kept."""
    kept = []
    for answer in answers:
        if "nodes" in answer:
            nodes = [
                {key: masked(node[key]) if key == "value" else node[key] for key in _KEPT
                 if key in node} for node in answer["nodes"]
            ]  # fmt: skip
            kept.append({"nodes": nodes})
        else:
            kept.append({"error": answer.get("error", "")[:200]})
    return kept


def main() -> None:
    """Ask the referees; print where we differ."""
    ours, java, web = Ours(), javarosa(), web_forms()
    assert java is not None
    assert web is not None
    wanted = sys.argv[1:] or names()
    with tempfile.TemporaryDirectory() as scratch:
        for name in wanted:
            path = Path(scratch) / f"{name}.xml"
            path.write_text(xform(name))
            steps = operations(name)
            mine = dumps(ours.sweep(path, MEDIA, steps))
            verdict = {
                "javarosa": java.sweep(path, MEDIA, steps),
                "web_forms": web.sweep(path, MEDIA, steps),
            }
            (FOLDER / f"{name}.json").write_text(
                json.dumps({k: recorded(v) for k, v in verdict.items()}, ensure_ascii=False,
                           separators=(",", ":")) + "\n"
            )  # fmt: skip
            for referee, answers in verdict.items():
                theirs = dumps(answers)
                errors = [a["error"][:150] for a in answers if "error" in a]
                found = [
                    difference for one, two in zip(mine, theirs, strict=False)
                    for difference in differences(one, two)
                ]  # fmt: skip
                if errors or found or len(mine) != len(theirs):
                    print(name, referee, len(mine), len(theirs), errors[:2])
                    for difference in found[:6]:
                        print("   ", str(difference)[:220])
    for referee in (ours, java, web):
        referee.close()


if __name__ == "__main__":
    main()
