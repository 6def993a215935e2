"""Problem: one remark about a form, with its place and its remedy.

`severity` is "error" (the form cannot be used), "warning" (it works, but not everywhere or not for
everybody) or "repaired" (the import changed something and says what). `code` is a stable word for
scripts. `sheet`, `row` (1 is the header row, as spreadsheet programs count) and `column` are empty
where a remark is about the whole form.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "repaired"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A remark with its place and its remedy."""

    sheet: str
    row: int | None
    column: str
    severity: Severity
    code: str
    text: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.sheet} row {self.row}" if self.row else self.sheet or "form"
        where = f"{place} ({self.column})" if self.column else place
        return f"{where}: {self.text} {self.remedy}".rstrip()

    def json(self) -> dict[str, object]:
        """As a plain object for `--json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark about one expression; the linter adds the place."""

    code: str
    text: str
    remedy: str
    severity: Severity = "warning"
