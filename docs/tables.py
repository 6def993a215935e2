"""Writes the tables of the documents from the code, so that they cannot drift (`make docs`).

Each table stands between `<!-- NAME -->` and `<!-- /NAME -->`; `docs/settings.md` is made whole.
`tests/test_docs.py` fails while a page differs from what this would write.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from content.default_sources import DEFAULT_SOURCES
from content.i18n import strings
from kiosk.centre.api.routes import ROUTES
from kiosk.centre.web.guides import GUIDES, as_document
from kiosk.cli.main import VERBS
from kiosk.queue.lifecycle import TRANSITIONS, TicketAction
from kiosk.tools.screen_meter.clauses import CLAUSES
from kiosk.tools.screen_meter.criteria import ELSEWHERE, MEASURED
from provisioning.settings.reference_page import markdown
from sync.journal.kinds import KINDS

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("provisioning", "peripherals", "content", "sync", "kiosk")


def faults(*packages: str) -> Iterator[tuple[int, str, str]]:
    """(code, class name, first sentence of its docstring) of every fault in the source."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef) and (code := _code(node)) is not None:
                    sentence = (ast.get_docstring(node) or node.name).split("\n\n")[0]
                    yield code, node.name, " ".join(sentence.split())


def _code(node: ast.ClassDef) -> int | None:
    for line in node.body:
        target = (
            line.targets[0]
            if isinstance(line, ast.Assign)
            else line.target
            if isinstance(line, ast.AnnAssign)
            else None
        )
        value = getattr(line, "value", None)
        named = isinstance(target, ast.Name) and target.id == "code"
        if named and isinstance(value, ast.Constant) and type(value.value) is int:
            return value.value
    return None


def commands() -> str:
    """The verbs of `huduma`."""
    rows = "".join(f"| `huduma {verb}` | {what} |\n" for verb, what in VERBS.items())
    return f"| Command | What it does |\n|---|---|\n{rows}"


def codes() -> str:
    """Every error code once; classes that share one are joined."""
    meanings: dict[int, list[str]] = {}
    for code, _, sentence in faults():
        if code > 1 and sentence not in meanings.setdefault(code, []):
            meanings[code].append(sentence)
    rows = "".join(f"| {code} | {' '.join(meanings[code])} |\n" for code in sorted(meanings))
    return f"| Code | Meaning |\n|---|---|\n| 0 | done |\n{rows}"


def kinds() -> str:
    """Every kind of journal entry."""
    rows = "".join(
        f"| `{kind.name}` | {kind.audience} | {', '.join(sorted(kind.fields))} | {kind.meaning} |\n"
        for kind in KINDS.values()
    )
    return f"| Kind | Audience | Fields | Meaning |\n|---|---|---|---|\n{rows}"


def states() -> str:
    """What each state of a ticket allows, as a table and as a drawing."""
    actions = [each for each in TicketAction if any(each in row for row in TRANSITIONS.values())]
    rows = ""
    for action in actions:
        ways: dict[str, list[str]] = {}
        for state, row in TRANSITIONS.items():
            if action in row:
                ways.setdefault(row[action].value, []).append(state.value)
        told = "; ".join(f"{', '.join(froms)} → {to}" for to, froms in ways.items())
        rows += f"| {action} | {told} |\n"
    arrows = "".join(
        f"    {state.value} --> {to.value}: {action}\n"
        for state, row in TRANSITIONS.items()
        for action, to in row.items()
        if to is not state and action is not TicketAction.CLOSE
    )
    drawn = f"```mermaid\nstateDiagram-v2\n    [*] --> waiting: number given\n{arrows}```\n"
    return f"| Act | From → to |\n|---|---|\n{rows}\n{drawn}"


def routes() -> str:
    """Every route of the centre's HTTP API."""
    rows = "".join(
        f"| {each.method} | `{each.path}` | {each.role or 'anybody'} | {_fields(each.body)} |"
        f" {each.summary} |\n"
        for each in ROUTES
    )
    streams = (
        "| GET | `/events` | agent | | Everything that happens, as server-sent events. |\n"
        "| GET | `/display/events` | anybody | | What the hall may see of it. |\n"
    )
    return f"| | Path under `/api/v1` | Role | Body | |\n|---|---|---|---|---|\n{rows}{streams}"


def _fields(body: type[Struct] | None) -> str:
    if body is None:
        return ""
    named = [f"`{f.encode_name}`" + ("" if f.required else "?") for f in fields(body)]
    return ", ".join(named)


def guide(name: str) -> Callable[[], str]:
    """The guide of one role in both languages, as its page shows it."""

    def made() -> str:
        texts = strings.read((DEFAULT_SOURCES / "strings.csv").read_bytes(), strict=True)
        return as_document(GUIDES[name], texts.text)

    return made


def figures() -> str:
    """The worst reading of each criterion on each panel."""
    panels = json.loads((ROOT / "docs/screen-figures.json").read_text())["panels"]
    head = "| | Asks for | Bar |" + "".join(f" {name} |" for name in panels)
    rows = ""
    for at, criterion in enumerate(MEASURED):
        cells = [_figure(found[at]) for found in panels.values()]
        bar = f"{criterion.bar} {criterion.unit}".strip()
        rows += f"| {criterion.name} | {criterion.about} | {bar} | {' | '.join(cells)} |\n"
    return f"{head}\n|{'---|' * (len(panels) + 3)}\n{rows}"


def _figure(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return ""
    if row["holds"]:
        return f"{row['value']:g}"
    where = f"{row['element']}, {row['screen']}".replace("|", "/")
    return f"**FAIL** {row['value']:g} ({where})"


def shown_elsewhere() -> str:
    """The criteria that no window shows."""
    rows = "".join(
        f"| {name} | {about} | {'' if how == 'tests' else '**no**'} |\n"
        for name, (about, how) in ELSEWHERE.items()
    )
    return f"| | What it asks for, and where it is shown | |\n|---|---|---|\n{rows}"


def clauses() -> str:
    """Clauses, and what shows them."""
    rows = "".join(f"| {each.name} | {each.asks} | {each.shown} |\n" for each in CLAUSES)
    return f"| Clause | Asks for | Shown by |\n|---|---|---|\n{rows}"


TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "commands": ("docs/commands.md", commands),
    "codes": ("docs/codes.md", codes),
    "kinds": ("docs/journal.md", kinds),
    "states": ("docs/queue.md", states),
    "routes": ("docs/queue.md", routes),
    "figures": ("docs/accessibility.md", figures),
    "elsewhere": ("docs/accessibility.md", shown_elsewhere),
    "clauses": ("docs/accessibility.md", clauses),
    "counter": ("docs/guides/counter.md", guide("counter")),
    "supervisor": ("docs/guides/supervisor.md", guide("supervisor")),
}


def render(page: str, text: str) -> str:
    """`text` of `page` with each of its tables made anew."""
    for name, (home, table) in TABLES.items():
        if home == page:
            block = f"<!-- {name} -->\n{table()}<!-- /{name} -->"
            text, found = re.subn(
                rf"<!-- {name} -->\n.*?<!-- /{name} -->",
                lambda _, b=block: b,
                text,
                flags=re.DOTALL,
            )
            assert found == 1, f"{page} has no place for {name}"
    return text


def main() -> int:
    for page in sorted({home for home, _ in TABLES.values()}):
        path = ROOT / page
        path.write_text(render(page, path.read_text()))
    (ROOT / "docs/settings.md").write_text(markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
