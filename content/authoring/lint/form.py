"""Form lint: what an author should know about a form before it is published.

Compiles the form once and examines the result, so a ready XForm is checked like a spreadsheet. It
reads the form with the engine's own parser, as a kiosk will. A form without remarks is clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from content.authoring.lint import choices, columns, expressions, questions
from content.authoring.lint.source_rows import SourceExpression, SourceForm, survey_rows
from content.authoring.problem import Problem, Remark
from content.authoring.xlsform import CompiledForm, compile_form
from content.xforms.faults import NotAForm
from content.xforms.parse.dependency_graph import describe_circle
from content.xforms.parse.form import Form
from content.xforms.parse.reader import parse_form
from provisioning.faults import Fault

_PATH = re.compile(r"/[\w./-]*[\w-]")
_COLUMNS = {"calculate": "calculation", "readonly": "read_only"}


def lint(path: Path) -> list[Problem]:
    """Every problem of the form at `path`, in row order; raises `FormUnreadable`, `NotAForm`."""
    return lint_compiled(compile_form(path))


def lint_compiled(compiled: CompiledForm) -> list[Problem]:
    """Every problem of a form that was compiled already; raises `NotAForm`."""
    found = list(compiled.problems)
    if compiled.xml:
        try:
            form = parse_form(compiled.xml, compiled.media, tolerant=True)
        except NotAForm:
            raise
        except Fault as fault:
            found.append(_refused(fault, compiled))
            if compiled.book is not None:
                found += columns.inspect_workbook(compiled.book)
        else:
            found += _of_form(form, compiled)
        found += _settings(compiled)
    return sorted(found, key=lambda problem: (problem.sheet, problem.row or 0, problem.code))


def _refused(fault: Fault, compiled: CompiledForm) -> Problem:
    """What the engine will not open, with the row of the question its sentence names."""
    rows = {} if compiled.book is None else survey_rows(compiled.book)
    named = [path for path in _PATH.findall(fault.message) if path in rows]
    row = rows[named[0]] if named else None
    return Problem("survey" if row else "", row, "", "error", "refused", fault.message, "")


def _of_form(form: Form, compiled: CompiledForm) -> Iterator[Problem]:
    source = SourceForm(form, compiled.book, compiled.media)
    if compiled.book is not None:
        yield from columns.inspect_workbook(compiled.book)
    yield from questions.inspect_questions(source)
    yield from choices.inspect_choices(source)
    for expression, remark in expressions.inspect_form(source):
        yield _placed(expression, remark)
    yield from _circle(source)
    of_expressions = set(form.graph.unknown)
    for where, path in form.unknown:
        if (where, path) not in of_expressions and not path.startswith("column "):
            text = f"The {where} names {path}, which is not in the form."
            yield Problem("", None, "", "error", "unknown-path", text, "Check its spelling.")


def _circle(source: SourceForm) -> Iterator[Problem]:
    """A circle of several questions; one that reads itself is told with its expression."""
    circle = source.form.graph.circle
    if len(circle) > 1:
        first = min(circle, key=lambda rule: rule.place.number)
        column = _COLUMNS.get(first.kind.value, first.kind.value)
        place = source.place(first.place, column)
        text, _, remedy = describe_circle(circle).partition("; ")
        yield Problem(
            place.sheet, place.row, column, "error", "circle", f"{text}.", remedy.capitalize()
        )


def _placed(expression: SourceExpression, remark: Remark) -> Problem:
    place = expression.place
    name = expression.definition.name
    text = remark.text if place.row or not name else f"{name}: {remark.text}"
    return Problem(
        sheet=place.sheet,
        row=place.row,
        column=place.column,
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
