"""Stories are read whole before anything is played; evidence finds what must not be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.simulation.audit.disk_search import duplicates, search
from kiosk.simulation.stories.script import StoryStep, StoryUnreadable, parse, read


def test_a_story_reads_as_a_person_writes_it() -> None:
    text = "# a lost ID\n\n  tap find\ntype lost  id # slowly\ntype a#b\nwait 61.5\ncut-power\nexpect-text A101\n"
    assert parse(text) == (
        StoryStep(3, "tap", "find"),
        StoryStep(4, "type", "lost  id"),
        StoryStep(5, "type", "a#b"),
        StoryStep(6, "wait", "61.5"),
        StoryStep(7, "cut-power", ""),
        StoryStep(8, "expect-text", "A101"),
    )


def test_a_story_may_come_from_any_editor(tmp_path: Path) -> None:
    written = tmp_path / "windows.story"
    written.write_bytes("\ufefftap start\r\n\ttap\tfind\t# here\r\n\r\ntype A\u2028B\r\n".encode())
    assert read(written) == (
        StoryStep(1, "tap", "start"),
        StoryStep(2, "tap", "find"),
        StoryStep(4, "type", "A\u2028B"),
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("tapp find", "did you mean 'tap'"),
        ("tap", "needs a word"),
        ("drain now", "stands alone"),
        ("language fr", "takes en, sw"),
        ("network sideways", "takes up, down"),
        ("wait soon", "number of seconds"),
        ("wait -1", "number of seconds"),
        ("printer on-fire", "takes paper-out"),
        ("xyzzy", "docs/stories.md"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_write(line: str, says: str) -> None:
    with pytest.raises(StoryUnreadable, match="Line 2") as refused:
        parse(f"tap find\n{line}\n")
    assert says in refused.value.message


def test_a_typed_value_is_found_wherever_it_hides(tmp_path: Path) -> None:
    (tmp_path / "kiosk-1").mkdir()
    (tmp_path / "slips").mkdir()
    (tmp_path / "kiosk-1/huduma.db-wal").write_bytes(
        b"\0" * (1 << 20) + b"wanjiku njeri" + b"\0" * 99
    )
    (tmp_path / "kiosk-1/core.log").write_bytes("87654321".encode("utf-16-le"))
    (tmp_path / "kiosk-1/edge").write_bytes(b"x" * ((1 << 20) - 4) + b"0712345678")
    (tmp_path / "slips/1.png").write_bytes(b"Wanjiku Njeri")
    hits = list(
        search(
            tmp_path, ["Wanjiku Njeri", "87 654 321", "0712345678", "ID"], but=[tmp_path / "slips"]
        )
    )
    assert {(hit.path.name, hit.value) for hit in hits} == {
        ("huduma.db-wal", 0),
        ("core.log", 1),
        ("edge", 2),
    }
    assert hits[0].path.name == "core.log"
    assert next(hit.offset for hit in hits if hit.value == 0) == 1 << 20


def test_surplus_numbers_are_counted() -> None:
    assert duplicates([("A", "1"), ("A", "2"), ("A", "1"), ("A", "1")]) == 2
