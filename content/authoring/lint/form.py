"""Form lint: everything an author should know about a form before citizens meet it.

Compiles the form and looks at what came out, so a ready XForm is checked like a spreadsheet.
`inspect`, where given, is the form engine's own opinion of an expression: it has the real parser
and lives above this package, so it comes in as a function. A form without remarks is clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from content.authoring import workbook
from content.authoring.lint import expressions, questions, source_rows
from content.authoring.lint.source_rows import Expression, FormTree
from content.authoring.problem import Problem, Remark
from content.authoring.xlsform import CompiledForm, compile_form, parse_xml

Inspect = Callable[[str], list[Remark]]

_COLUMNS = {"calculate": "calculation", "readonly": "read_only"}


def lint(path: Path, inspect: Inspect | None = None) -> list[Problem]:
    """Every problem of the form at `path`, in row order; raises `FormUnreadable` (35)."""
    compiled = compile_form(path)
    found = list(compiled.problems)
    if compiled.xml:
        book = None if path.suffix.lower() == ".xml" else workbook.read(path)
        root = parse_xml(compiled.xml)
        tree = source_rows.read(root, book)
        found += questions.inspect_questions(tree, root)
        found += _expressions(tree, inspect)
        found += _settings(compiled)
    return sorted(found, key=lambda problem: (problem.sheet, problem.row or 0, problem.code))


def _expressions(tree: FormTree, inspect: Inspect | None) -> Iterator[Problem]:
    told: set[tuple[str, str, str]] = set()
    for expression, remark in expressions.inspect_tree(tree):
        told.add((expression.node, expression.kind, remark.code))
        yield _placed(tree, expression, remark)
    if inspect is None:
        return
    for expression in tree.expressions:
        for remark in inspect(expression.text):
            if (expression.node, expression.kind, remark.code) not in told:
                yield _placed(tree, expression, remark)


def _placed(tree: FormTree, expression: Expression, remark: Remark) -> Problem:
    row = tree.row(expression.node)
    name = expression.node.rpartition("/")[2]
    text = remark.text if row or not name else f"{name}: {remark.text}"
    return Problem(
        sheet="survey" if row else "",
        row=row,
        column=_COLUMNS.get(expression.kind, expression.kind),
        severity=remark.severity,
        code=remark.code,
        text=text,
        remedy=remark.remedy,
    )


def _settings(compiled: CompiledForm) -> Iterator[Problem]:
    if not compiled.version:
        text = "The form has no version: a server cannot tell an old record from a new one."
        remedy = "Write a version in the settings sheet, for example 2026112301."
        yield Problem("settings", None, "version", "warning", "no-version", text, remedy)
