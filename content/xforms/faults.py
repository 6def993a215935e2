"""Faults of the forms engine, codes 60-69. Each sentence names the question or file and the remedy.

60 is kept for "the linter found problems" (an exit status, not a fault).
"""

from __future__ import annotations

from provisioning.faults import Fault


class NotAForm(Fault):
    """The file is not an XForm this engine can read."""

    code = 61


class FormRefused(Fault):
    """The form is an XForm but contradicts itself: a cycle, an unknown path, a missing list."""

    code = 62


class BadExpression(Fault):
    """An XPath expression cannot be read; the sentence names the expression."""

    code = 63


class FormTooLarge(Fault):
    """A limit of `limits.py` is passed: size, depth, rows, steps."""

    code = 64


class TooManyRows(FormTooLarge):
    """A count asks for more rows of a repeat than there may be."""


class AnswerRefused(Fault):
    """An operation on a session does not fit the form: no such path, read-only, not a repeat."""

    code = 65


class AnswerUnusable(AnswerRefused):
    """An answer that fits its question but not the form, which is as it was before.

    `most` is the number of rows there may be, where the answer asked for more.
    """

    def __init__(self, message: str, most: int | None = None) -> None:
        super().__init__(message)
        self.most = most


class SnapshotRefused(Fault):
    """A draft's bytes are damaged or belong to another form or version."""

    code = 66


class EvaluationFault(Fault):
    """An expression failed while it ran (a regex with a back-reference, an unknown list)."""

    code = 67
