"""The files of one record, in memory. Names are distinct within the record; pure.

A name is the question's own with a number, such as `photo-2.jpg`, so that repeat rows and several
photos never share a name. The strokes of a signature are kept so that it can be shown again.
"""

from __future__ import annotations

from collections.abc import Mapping

BYTES_MAX = 8_000_000
"""Of all attachments of one record together."""


class Attachments:
    """Files by name, and which question each belongs to."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files: dict[str, bytes] = dict(files or {})
        self._of: dict[str, str] = {}
        self._strokes: dict[str, str] = {}

    def put(self, path: str, content: bytes, ending: str, strokes: str = "") -> str:
        """Keep the file of the question at `path` in place of an earlier one; its name."""
        self.drop(path)
        stem = path.rpartition("/")[2].partition("[")[0]
        number = 1
        while any(name.partition(".")[0] == f"{stem}-{number}" for name in self.files):
            number += 1
        name = f"{stem}-{number}.{ending}"
        self.files[name] = content
        self._of[path], self._strokes[path] = name, strokes
        return name

    def drop(self, path: str) -> None:
        """Forget the file of a question."""
        self.files.pop(self._of.pop(path, ""), None)
        self._strokes.pop(path, None)

    def drop_row(self, row: str) -> None:
        """Forget the files of a row that is removed; those of the rows after it move up."""
        repeat, _, number = row.removesuffix("]").rpartition("[")
        for path in [each for each in self._of if each.startswith(f"{row}/")]:
            self.drop(path)
        for known in (self._of, self._strokes):
            moved = {_after(path, repeat, int(number)): kept for path, kept in known.items()}
            known.clear()
            known.update(moved)

    def room_for(self, content: bytes) -> bool:
        """Whether the record may carry this file too."""
        return sum(map(len, self.files.values())) + len(content) <= BYTES_MAX

    def strokes(self, path: str) -> str:
        """The strokes drawn at a question in this visit."""
        return self._strokes.get(path, "")


def _after(path: str, repeat: str, removed: int) -> str:
    """`path` once row `removed` of `repeat` is gone."""
    rest = path.removeprefix(f"{repeat}[")
    number, _, below = rest.partition("]")
    if rest == path or not number.isdecimal() or int(number) < removed:
        return path
    return f"{repeat}[{int(number) - 1}]{below}"
