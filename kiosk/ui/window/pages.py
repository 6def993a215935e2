"""Splits a view that its panel has no room for into pages; nothing is made smaller for it. Pure.

A screen is a title over atoms: its blocks, then what is chosen or typed. `split` gives as many
views as are needed, each with as many atoms as `fits` allows, in order, and with the arrows to the
others. What belongs together stays together: the wheels of one date,
the faces of
one scale, a heading and what it is over. Choices are spread evenly over their pages. The pages
before the last have the main action alone beside their arrows; where a screen is read or typed, it
too stands on the last page, and the arrow to the next is the main action of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kiosk.ui_protocol.view import Block, BlockKind, Element, Region, Role, View

PREVIOUS, NEXT = "page.previous", "page.next"
TURNS = frozenset({PREVIOUS, NEXT})
TOGETHER = frozenset({Role.WHEEL, Role.PAD, Role.FACE, Role.BUTTON})
"""Elements of these roles stand on one page, side by side in one row of atoms."""

TYPED = TOGETHER | {Role.FIELD}
Atom = tuple[Block | Element, ...]
Fits = Callable[[View], bool]


def atoms_of(view: View) -> list[Atom]:
    """What can be divided, in reading order."""
    found: list[Atom] = [(block,) for block in view.blocks]
    for element in view.elements:
        if element.place is not Region.MAIN:
            continue
        last = found[-1][-1] if found else None
        joins = isinstance(last, Element) and element.role in TOGETHER and last.role == element.role
        heading = isinstance(last, Block) and last.kind is BlockKind.TEXT and bool(last.label)
        if joins or heading:
            found[-1] = (*found[-1], element)
        else:
            found.append((element,))
    return found


def counts_of(view: View, fits: Fits) -> list[int]:
    """How many atoms of `view` stand on each of its pages; all on one where they fit."""
    atoms = atoms_of(view)
    if len(atoms) < 2 or fits(view):
        return [len(atoms)]
    return _counts(view, atoms, fits)


def pages(view: View, counts: Sequence[int]) -> list[View]:
    """`view` in pages of so many atoms each."""
    if len(counts) == 1:
        return [view]
    atoms, at, found = atoms_of(view), 0, []
    for number, count in enumerate(counts):
        found.append(_page(view, atoms[at : at + count], number, len(counts)))
        at += count
    return found


def _counts(view: View, atoms: list[Atom], fits: Fits) -> list[int]:
    counts: list[int] = []
    while sum(counts) < len(atoms):
        rest = atoms[sum(counts) :]
        most = _prefix(rest, lambda part: fits(_page(view, part, len(counts), len(counts) + 2)))
        counts.append(most)
    return _levelled(view, atoms, counts, fits)


def _prefix(atoms: list[Atom], fit: Callable[[list[Atom]], bool]) -> int:
    """How many of the first atoms fit; at least one."""
    low, high = 1, len(atoms)
    while low < high:
        middle = (low + high + 1) // 2
        if fit(atoms[:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _levelled(view: View, atoms: list[Atom], counts: list[int], fits: Fits) -> list[int]:
    """Choices of one kind spread evenly, where every page of that has room."""
    kinds = {type(part).__name__ + str(getattr(part, "role", "")) for (part, *_) in atoms}
    pages_wanted = len(counts)
    if len(kinds) > 1 or pages_wanted < 2 or isinstance(atoms[0][0], Block):
        return counts
    each, more = divmod(len(atoms), pages_wanted)
    even = [each + (1 if at < more else 0) for at in range(pages_wanted)]
    return even if all(fits(page) for page in pages(view, even)) else counts


def _page(view: View, atoms: Sequence[Atom], number: int, of: int) -> View:
    parts = [part for atom in atoms for part in atom]
    kept = {part.id for part in parts if isinstance(part, Element)}
    in_order, title = _in_order(view), _title(view, parts)
    last = number == of - 1
    elements = []
    for each in view.elements:
        if each.place is Region.MAIN and each.id not in kept:
            continue
        if each.place is Region.ACTIONS and (
            each.id in TURNS or (not last and (in_order or not each.primary))
        ):
            continue
        elements.append(each)
    return msgspec.structs.replace(
        view,
        title=title,
        subtitle=(view.subtitle if title == view.title else view.title) if number == 0 else "",
        blocks=tuple(part for part in parts if isinstance(part, Block)),
        elements=(*elements, *_arrows(view, number, of, main=in_order)),
        page=_numbered(view, number, of),
    )


def _in_order(view: View) -> bool:
    """Whether the pages are gone through to the last one: what is read, and what is typed."""
    main = {each.role for each in view.elements if each.place is Region.MAIN}
    return not main - {Role.BUTTON} or bool(main & TYPED)


def _title(view: View, parts: Sequence[Block | Element]) -> str:
    """Over one field of several its own question stands."""
    fields = [p for p in parts if isinstance(p, Element) and p.role is Role.FIELD]
    several = sum(each.role is Role.FIELD for each in view.elements) > 1
    return fields[0].label if several and len(fields) == 1 else view.title


def _arrows(view: View, number: int, of: int, *, main: bool) -> list[Element]:
    """Both arrows, always in their places."""
    own = {each.id: each for each in view.elements if each.id in TURNS}
    before = number > 0 or bool(own and own[PREVIOUS].enabled)
    after = number < of - 1 or bool(own and own[NEXT].enabled)
    return [
        msgspec.structs.replace(
            each,
            enabled=before if each.id == PREVIOUS else after,
            primary=main and each.id == NEXT and number < of - 1,
        )
        for each in (own.values() or view.turns)
    ]


def _numbered(view: View, number: int, of: int) -> tuple[int, int]:
    """The page's number among all: the core's pages before this one have as many parts."""
    page, pages_of_core = view.page
    return (page - 1) * of + number + 1, pages_of_core * of


def shape(view: View) -> tuple[object, ...]:
    """What the division depends on: no letter that is typed, no tick that is set."""
    elements = tuple(
        (e.id, e.label, e.hint, e.error, e.place, "" if e.role in TYPED else e.value)
        for e in view.elements
    )
    return (
        view.state, view.title, view.subtitle, view.blocks, elements, view.page, view.language,
        view.look, view.keyboard, view.text_scale, view.progress,
    )  # fmt: skip
