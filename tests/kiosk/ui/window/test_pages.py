"""What a panel has no room for stands on more pages: which atoms stand where. No window."""

from __future__ import annotations

import pytest

from kiosk.ui.window.pages import counts_of, pages
from kiosk.ui_protocol.view import Block, BlockKind, Element, Region, Role, View


def arrow(name: str, *, enabled: bool = False) -> Element:
    return Element(
        id=f"page.{name}", role=Role.BUTTON, place=Region.ACTIONS, label=name, enabled=enabled
    )


def view(*elements: Element, blocks: int = 0, page: tuple[int, int] = (1, 1)) -> View:
    return View(
        number=1, state="s", language="en", title="T", subtitle="under",
        blocks=tuple(Block(kind=BlockKind.STEP, text=str(at)) for at in range(blocks)),
        elements=elements, page=page, turns=(arrow("previous"), arrow("next")),
    )  # fmt: skip


def tiles(count: int) -> list[Element]:
    return [Element(id=f"t{at}", role=Role.TILE, label=str(at)) for at in range(count)]


def at_most(count: int):
    """A panel with room for so many blocks and main elements."""

    def fits(part: View) -> bool:
        main = [e for e in part.elements if e.place is Region.MAIN]
        return len(main) + len(part.blocks) <= count

    return fits


def ids(part: View) -> list[str]:
    return [e.id for e in part.elements]


DONE = Element(id="done", role=Role.BUTTON, place=Region.ACTIONS, label="d", primary=True)
MORE = Element(id="more", role=Role.BUTTON, place=Region.ACTIONS, label="m")


@pytest.mark.parametrize(
    ("count", "room", "expected"),
    [
        (6, 6, [6]),
        (6, 4, [3, 3]),
        (6, 5, [3, 3]),
        (5, 2, [2, 2, 1]),
        (6, 1, [1] * 6),
        (3, 0, [1] * 3),
    ],
)
def test_choices_are_spread_evenly(count, room, expected):
    whole = view(*tiles(count))
    assert counts_of(whole, at_most(room)) == expected


def test_every_atom_stands_on_one_page_and_the_arrows_say_where_the_others_are():
    whole = view(*tiles(5), MORE, DONE, blocks=2)
    parts = pages(whole, counts_of(whole, at_most(3)))
    shown = [name for part in parts for name in ids(part) if name.startswith("t")]
    assert shown == ["t0", "t1", "t2", "t3", "t4"]
    assert [part.page for part in parts] == [(1, 3), (2, 3), (3, 3)]
    assert [[e.enabled for e in part.elements if e.id.startswith("page.")] for part in parts] == [
        [False, True], [True, True], [True, False],
    ]  # fmt: skip
    assert [part.subtitle for part in parts] == ["under", "", ""]
    assert ["done" in ids(part) for part in parts] == [True, True, True]
    assert ["more" in ids(part) for part in parts] == [False, False, True]


def test_what_is_read_is_read_to_its_end():
    whole = view(DONE, blocks=5)
    parts = pages(whole, counts_of(whole, at_most(3)))
    assert ["done" in ids(part) for part in parts] == [False, True]
    nexts = [next(e for e in part.elements if e.id == "page.next") for part in parts]
    assert [each.primary for each in nexts] == [True, False]


def test_pages_of_the_core_go_on_where_those_of_the_panel_end():
    whole = view(
        *tiles(6), arrow("previous", enabled=True), arrow("next", enabled=True), page=(2, 4)
    )
    parts = pages(whole, counts_of(whole, at_most(3)))
    assert [part.page for part in parts] == [(3, 8), (4, 8)]
    assert all(e.enabled for part in parts for e in part.elements if e.id.startswith("page."))


def test_one_field_a_page_has_its_own_question():
    fields = [Element(id=f"f{at}", role=Role.FIELD, label=f"F{at}") for at in range(2)]
    whole = view(*fields, DONE)
    parts = pages(whole, counts_of(whole, at_most(1)))
    assert [part.title for part in parts] == ["F0", "F1"]
    assert ["done" in ids(part) for part in parts] == [False, True]


def test_wheels_stay_together():
    wheels = [Element(id=f"w{at}", role=Role.WHEEL, label="w") for at in range(3)]
    whole = view(*wheels, DONE, blocks=1)
    assert counts_of(whole, at_most(1)) == [1, 1]
