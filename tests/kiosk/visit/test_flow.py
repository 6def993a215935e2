"""The flow table is complete: no dead end, no dead button, no screen without an idle rule."""

from __future__ import annotations

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.tools.screen_samples import ScreenSamples
from kiosk.visit.controller.action_table import ACTIONS, EDITS, action_for, merge, united
from kiosk.visit.controller.shell import SCREENS
from kiosk.visit.flow import FLOW, IDLE, FlowBroken, HistoryTarget, Idle, Signal, State, step

EXITS = {Signal.WIPED, Signal.STOPPED, Signal.DONE, Signal.STARTED}


def reachable() -> set[State]:
    seen, edge = {State.ATTRACT}, [State.ATTRACT]
    while edge:
        for target in FLOW[edge.pop()].values():
            if isinstance(target, State) and target not in seen:
                seen.add(target)
                edge.append(target)
    return seen


def test_every_state_has_its_rows() -> None:
    for state in State:
        assert state in FLOW
        assert state in SCREENS
        assert state in ACTIONS
        assert state in IDLE
    assert set(EDITS) <= set(State)


def test_every_state_is_reached_and_can_be_left() -> None:
    assert reachable() == set(State)
    for state in State:
        assert EXITS & set(FLOW[state]), f"{state} has no way out"


def test_whoever_walks_away_is_wiped_from_every_screen_but_the_welcome() -> None:
    for state in State:
        assert (IDLE[state] is Idle.NEVER) == (state is State.ATTRACT)
        if state is not State.ATTRACT:
            assert FLOW[state][Signal.WIPED] is State.ATTRACT


def test_a_missing_cell_is_an_error() -> None:
    with pytest.raises(FlowBroken, match="ticket-wanted"):
        step(State.ATTRACT, Signal.TICKET_WANTED)


def test_back_goes_where_the_visit_came_from() -> None:
    assert FLOW[State.SERVICE][Signal.BACK] is HistoryTarget.PREVIOUS
    assert step(State.SERVICE, Signal.BACK, State.SEARCH) is State.SEARCH


def test_staff_can_be_called_from_every_screen() -> None:
    for state in State:
        if state is not State.STAFF_CALLED:
            assert FLOW[state][Signal.STAFF] is State.STAFF_CALLED


@pytest.fixture(scope="session")
def rows(catalogue: Catalogue) -> list[dict[str, object]]:
    return ScreenSamples(catalogue).states()


def test_every_element_of_every_screen_does_something(rows: list[dict[str, object]]) -> None:
    typed = {"query", "words", "answer", "filter"}
    assert [row["state"] for row in rows] == [state.value for state in State]
    for row in rows:
        state = State(str(row["state"]))
        names = [*row["elements"], *row["shell"]]  # type: ignore[misc]
        dead = [name for name in names if name not in typed and action_for(state, name) is None]
        assert not dead, f"{state}: {dead}"


def test_the_samples_tell_every_question_of_every_form(rows: list[dict[str, object]]) -> None:
    forms = next(row["forms"] for row in rows if row["state"] == "question")
    assert isinstance(forms, dict)
    assert len(forms) == 10
    for questions in forms.values():
        assert all(each["ids"] for each in questions)
        assert "next" in questions[0]["ids"]


def test_no_two_features_claim_the_same_element() -> None:
    with pytest.raises(AssertionError, match="two features claim"):
        united({"start": 1}, {"start": 2})
    with pytest.raises(AssertionError, match=r"form\. takes \['form.x'\] too"):
        merge({State.HOME: {"form.": 1}}, {State.HOME: {"form.x": 2}})
