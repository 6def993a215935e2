"""What officers do: each act, what it allows next, undoing it, and one winner of every race."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from content.catalogue.model import Centre
from content.catalogue.opening_hours import OpeningHours
from kiosk.centre.figures.explain import explain
from kiosk.centre.figures.replay import replay
from kiosk.centre.service.local_client import LocalCentre
from kiosk.queue.faults import (
    CounterBusy,
    KeyUsed,
    NobodyWaiting,
    NoNumber,
    NoSuchTicket,
    NothingCalled,
    NotNow,
    OtherCounters,
    QueueFault,
    UnknownClass,
    UnknownService,
)
from kiosk.queue.lifecycle import TRANSITIONS, TicketAction, TicketState, allowed
from kiosk.queue.protocol import Granted, GrantRequest, NumberRefused, OfferRequest
from tests.kiosk.centre.centre_bench import RULES, CentreBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[CentreBench]:
    opened = CentreBench(tmp_path / "centre.db")
    yield opened
    assert opened.rebuilt(), "the tables are not what the journal says"
    opened.store.close()


def test_a_visit_from_call_to_end_with_its_times(bench: CentreBench) -> None:
    visit = bench.issue().visit
    counters = bench.authority.counters
    bench.pass_time(minutes=12)
    called = counters.call(1, who="A1")
    assert (called.visit, called.waited_s, called.state) == (visit, 720, TicketState.CALLED)
    bench.pass_time(seconds=40)
    assert counters.arrive(1).state is TicketState.ARRIVED
    assert counters.start(1).state is TicketState.SERVING
    bench.pass_time(minutes=5)
    assert counters.complete(1).state is TicketState.SERVED
    row = bench.store.one(
        "SELECT came_at - called_at, started_at - came_at, ended_at - started_at FROM line_call"
    )
    assert row == (40_000, 0, 300_000)


ACTS_AFTER = {
    "call": ({}, "called"),
    "arrive": ({}, "arrived"),
    "start": ({}, "serving"),
    "park": ({}, "parked"),
    "transfer": ({"service": "KRA-01"}, "waiting"),
    "add_service": ({"service": "KRA-01"}, "serving"),
    "complete": ({}, "served"),
    "no_show": ({}, "absent"),
}


@pytest.mark.parametrize("act", ["park", "transfer", "add_service", "complete", "no_show", "start"])
def test_undo_puts_back_exactly_what_the_last_act_changed(bench: CentreBench, act: str) -> None:
    bench.issue()
    counters = bench.authority.counters
    counters.call(1)
    if act == "add_service":
        counters.start(1)

    def everything() -> list[object]:
        columns = "turn, service, rank, since, leg_since, pending, parked_at, state_at"
        return [
            bench.store.all(f"SELECT {columns} FROM line_ticket"),
            bench.store.all("SELECT * FROM line_call"),
        ]

    before = everything()
    bench.pass_time(seconds=5)
    more, state = ACTS_AFTER[act]
    assert getattr(counters, act)(1, **more).state == state
    assert everything() != before
    counters.undo(1)
    assert everything() == before
    with pytest.raises(NotNow, match="nothing to undo"):
        counters.undo(1)


def test_undoing_a_call_puts_the_ticket_back_where_it_was(bench: CentreBench) -> None:
    first, second = bench.issue(), bench.issue()
    counters = bench.authority.counters
    assert counters.call(1).visit == first.visit
    assert counters.undo(1).state is TicketState.WAITING
    assert counters.call(2).visit == first.visit
    assert counters.call(1).visit == second.visit


def test_undo_is_refused_when_somebody_else_went_on_or_time_went_by(bench: CentreBench) -> None:
    bench.issue()
    counters = bench.authority.counters
    counters.call(1)
    counters.transfer(1, "NRB-02")
    counters.call(2)
    with pytest.raises(NotNow, match="has gone on since"):
        counters.undo(1)
    counters.complete(2)
    bench.pass_time(minutes=11)
    with pytest.raises(NotNow, match="nothing to undo"):
        counters.undo(2)


def test_undo_is_refused_while_the_counter_has_somebody_else(bench: CentreBench) -> None:
    bench.issue(), bench.issue()
    counters = bench.authority.counters
    counters.call(1)
    counters.no_show(1)
    counters.call(1)
    assert counters.undo(1).state is TicketState.WAITING  # the last act: the second call
    with pytest.raises(NotNow):
        counters.undo(1)


def test_a_parked_ticket_keeps_its_arrival_and_comes_back(bench: CentreBench) -> None:
    visit = bench.issue().visit
    bench.issue()
    counters = bench.authority.counters
    counters.call(1)
    counters.park(1)
    other = counters.call(1)
    assert other.visit != visit
    with pytest.raises(CounterBusy):
        counters.unpark(1)
    counters.complete(1)
    assert counters.unpark(1).visit == visit
    assert counters.complete(1).state is TicketState.SERVED
    with pytest.raises(NothingCalled, match="parked nobody"):
        counters.unpark(1)
    with pytest.raises(NoSuchTicket):
        counters.unpark(1, bench.ids.uuid7())


def test_a_transfer_chain_with_a_park_is_one_visit_and_its_legs_add_up(bench: CentreBench) -> None:
    ticket = bench.issue()
    counters, clock = bench.authority.counters, bench.clock
    began = int(clock.now().timestamp() * 1000)
    for counter, service in ((1, "KRA-01"), (5, "NTSA-01"), (2, "NRB-02")):
        bench.pass_time(minutes=3)
        assert counters.call(counter).visit == ticket.visit
        bench.pass_time(minutes=2)
        if counter == 5:
            counters.park(5)
            bench.pass_time(minutes=4)
            counters.unpark(5)
            bench.pass_time(minutes=1)
        counters.transfer(counter, service)
    bench.pass_time(minutes=1)
    counters.call(1)
    bench.pass_time(minutes=6)
    counters.complete(1)
    legs = bench.store.all("SELECT leg_from, called_at, ended_at FROM line_call ORDER BY seq")
    assert sum(ended - start for start, _, ended in legs) == legs[-1][2] - began
    assert [legs[n][2] == legs[n + 1][0] for n in range(len(legs) - 1)] == [True] * 4
    stored = bench.authority.tickets.find(ticket.visit).ticket
    assert (stored.since, stored.label) == (ticket.since, ticket.label)


def test_a_transferred_ticket_is_called_by_its_first_arrival(bench: CentreBench) -> None:
    first = bench.issue("NRB-02")
    bench.pass_time(minutes=5)
    second = bench.issue("KRA-01")
    counters = bench.authority.counters
    counters.call(4)
    counters.transfer(4, "KRA-01")
    assert [counters.call(5).visit, counters.call(1).visit] == [first.visit, second.visit]


def test_several_services_of_one_visit_follow_one_another(bench: CentreBench) -> None:
    ticket = bench.issue("NRB-02")
    counters = bench.authority.counters
    counters.call(4)
    counters.add_service(4, "KRA-01")
    assert counters.add_service(4, "NTSA-01").services == ("KRA-01", "NTSA-01")
    after = counters.complete(4)
    assert (after.state, after.service, after.services) == ("waiting", "KRA-01", ("NTSA-01",))
    counters.call(5)
    assert counters.complete(5).service == "NTSA-01"
    assert counters.call(5).visit == ticket.visit
    assert counters.complete(5).state is TicketState.SERVED


@pytest.mark.parametrize("act", ["arrive", "start", "park", "no_show", "recall", "transfer"])
def test_a_key_counts_once_for_its_counter_and_act(bench: CentreBench, act: str) -> None:
    bench.issue(), bench.issue()
    counters = bench.authority.counters
    counters.call(1, "k0")
    counters.call(2, "k1")
    more = {"service": "KRA-01"} if act == "transfer" else {}
    first = getattr(counters, act)(1, key="k2", **more)
    again = getattr(counters, act)(1, key="k2", **more)
    assert (first.visit, first.state) == (again.visit, again.state)
    with pytest.raises(KeyUsed):
        getattr(counters, act)(2, key="k2", **more)
    with pytest.raises(KeyUsed):
        counters.complete(1, "k2")
    with pytest.raises(KeyUsed):
        bench.authority.day.open_day("k2")
    assert counters.call(1, "k0").visit == counters.call(1, "k0").visit


# act: what it is about, first and then another time; the words of a call in between
ABOUT: dict[str, list[tuple[str, ...]]] = {
    "issue": [("kiosk-1", "NRB-02"), ("kiosk-1", "KRA-01")],
    "issue in a class": [("kiosk-1", "NRB-02", "normal"), ("kiosk-1", "NRB-02", "elderly")],
    "issue at a kiosk": [("kiosk-1", "NRB-02"), ("kiosk-2", "NRB-02")],
    "suspend": [("NRB-02", ""), ("KRA-01", "")],
    "resume": [("NRB-02",), ("KRA-01",)],
    "set_counter": [(1, "open"), (1, "closed")],
    "transfer": [(1, "NRB-01"), (1, "KRA-01")],
    "add_service": [(1, "NRB-01"), (1, "KRA-01")],
    "prioritise": [("A", "elderly", "old"), ("B", "elderly", "old")],
    "prioritise in a class": [("A", "elderly", "old"), ("A", "pregnant", "old")],
    "withdraw": [("A", "left"), ("B", "left")],
}


def pressing(bench: CentreBench, act: str) -> Callable[..., object]:
    """The act `act` names, with two tickets, A and B, of which A is called where need be."""
    authority = bench.authority
    visits = {name: bench.issue().visit for name in "AB"}
    authority.day.suspend("NRB-02")
    authority.day.resume("NRB-02")
    if act in {"transfer", "add_service"}:
        authority.counters.call(1)
        authority.counters.start(1)
    if act == "resume":
        authority.day.suspend("NRB-02")
    name = act.partition(" ")[0]
    parts = (authority, authority.counters, authority.day, authority.tickets)
    found = next(getattr(part, name) for part in parts if hasattr(part, name))
    return lambda words, **more: found(*(visits.get(word, word) for word in words), **more)


@pytest.mark.parametrize("act", ABOUT)
def test_a_key_belongs_to_what_it_was_about_and_to_who_pressed(
    bench: CentreBench, act: str
) -> None:
    press, (first, other) = pressing(bench, act), ABOUT[act]
    press(first, key="k", who="A1")
    press(first, key="k", who="A1")
    with pytest.raises(KeyUsed):
        press(other, key="k", who="A1")
    with pytest.raises(KeyUsed):
        press(first, key="k", who="A2")


def test_unknown_services_are_refused_before_anything_changes(bench: CentreBench) -> None:
    bench.issue()
    bench.authority.counters.call(1)
    before = bench.kinds()
    for act in (
        lambda: bench.authority.counters.transfer(1, "NO-1"),
        lambda: bench.authority.counters.add_service(1, "NO-1"),
        lambda: bench.authority.day.suspend("NO-1"),
        lambda: bench.authority.issue("kiosk-1", "NO-1"),
    ):
        with pytest.raises(UnknownService):
            act()
    with pytest.raises(UnknownClass):
        bench.authority.issue("kiosk-1", "NRB-02", "king")
    assert bench.kinds() == before


def test_no_counter_gets_what_it_may_not_serve(bench: CentreBench) -> None:
    bench.issue("NRB-02")
    counters = bench.authority.counters
    with pytest.raises(OtherCounters):
        counters.call(5)
    counters.call(4)
    counters.park(4)
    visit = counters.unpark(4).visit
    counters.park(4)
    with pytest.raises(OtherCounters, match="Counter 5 serves"):
        counters.unpark(5, visit)


def test_who_missed_the_call_comes_back_once_within_a_quarter_of_an_hour(
    bench: CentreBench,
) -> None:
    first, second = bench.issue(), bench.issue()
    counters, tickets = bench.authority.counters, bench.authority.tickets
    counters.call(1)
    bench.pass_time(seconds=60)
    counters.recall(1)
    bench.pass_time(seconds=60)
    counters.recall(1)
    counters.no_show(1)
    bench.pass_time(minutes=14)
    assert tickets.come_back(first.visit, "k1").ahead == 0
    assert tickets.come_back(first.visit, "k1").ticket.state is TicketState.WAITING
    assert counters.call(1).visit == first.visit
    counters.no_show(1)
    with pytest.raises(NotNow, match="once already"):
        tickets.come_back(first.visit)
    counters.call(1)
    counters.no_show(1)
    bench.pass_time(minutes=16)
    with pytest.raises(NotNow, match="15 minutes"):
        tickets.come_back(second.visit)


def test_a_priority_is_given_and_taken_with_a_reason_and_where_that_led(
    bench: CentreBench,
) -> None:
    for _ in range(3):
        bench.issue()
    last = bench.issue()
    tickets = bench.authority.tickets
    with pytest.raises(QueueFault, match="reason"):
        tickets.prioritise(last.visit, "elderly", " ")
    given = tickets.prioritise(last.visit, "elderly", "uses a stick", "k", who="A7")
    assert given.ahead == 0
    assert tickets.prioritise(last.visit, "elderly", "uses a stick", "k", who="A7").ahead == 0
    entry = list(bench.journal.entries())[-1]
    told = {name: entry.body[name] for name in ("who", "why", "before", "after", "was")}
    assert told == {
        "who": "A7",
        "why": "uses a stick",
        "before": 3,
        "after": 0,
        "was": "normal",
    }
    assert bench.authority.counters.call(1).visit == last.visit
    with pytest.raises(NotNow):
        tickets.prioritise(last.visit, "normal", "too late now")


def test_who_is_taken_out_is_gone_wherever_the_ticket_was(bench: CentreBench) -> None:
    tickets, counters = bench.authority.tickets, bench.authority.counters
    waiting, called, parked = bench.issue(), bench.issue(), bench.issue()
    counters.call(1), counters.call(2), counters.call(3)
    counters.undo(1)
    counters.park(3)
    for each in (waiting, called, parked):
        assert tickets.withdraw(each.visit, "went home").ticket.state is TicketState.WITHDRAWN
    with pytest.raises(NobodyWaiting):
        counters.call(1)
    counters_busy = bench.store.all("SELECT * FROM line_call WHERE ended_at IS NULL")
    assert not counters_busy
    with pytest.raises(NotNow):
        tickets.withdraw(waiting.visit, "twice")


def test_a_suspended_service_is_neither_called_nor_given(bench: CentreBench) -> None:
    bench.issue("KRA-01")
    other = bench.issue("NTSA-01")
    day, counters = bench.authority.day, bench.authority.counters
    day.suspend("KRA-01", "KRA system down", who="S1")
    with pytest.raises(NoNumber, match="KRA system down"):
        bench.issue("KRA-01")
    assert counters.call(5).visit == other.visit
    counters.complete(5)
    with pytest.raises(NobodyWaiting, match="suspended"):
        counters.call(5)
    offer = {each.service: each for each in day.offers()}["KRA-01"]
    assert (offer.why_not, offer.wait) == ("suspended", None)
    day.resume("KRA-01")
    assert counters.call(5).service == "KRA-01"


def test_a_quota_is_for_the_day_and_who_leaves_frees_his_place(bench: CentreBench) -> None:
    given = [bench.issue("NRB-01") for _ in range(3)]
    offers = {each.service: each for each in bench.authority.day.offers(["NRB-01", "NRB-02"])}
    assert (offers["NRB-01"].left, offers["NRB-01"].why_not) == (0, "quota")
    assert (offers["NRB-02"].left, offers["NRB-02"].why_not) == (None, None)
    with pytest.raises(NoNumber, match="Today's 3 places"):
        bench.issue("NRB-01")
    bench.authority.tickets.withdraw(given[0].visit, "went home")
    bench.issue("NRB-01")
    bench.pass_time(minutes=24 * 60)
    bench.issue("NRB-01")


def test_counters_on_a_break_and_closed_change_what_is_offered(bench: CentreBench) -> None:
    day, counters = bench.authority.day, bench.authority.counters
    for counter in (1, 2, 3, 5):
        day.set_counter(counter, "open")
    assert _offer(bench, "KRA-01").counters_open == 4
    for counter in (1, 2, 3):
        day.set_counter(counter, "closed")
    day.set_counter(5, "break", minutes=20)
    offer = _offer(bench, "KRA-01")
    assert (offer.counters_open, offer.why_not) == (0, None)
    day.set_counter(5, "closed")
    assert _offer(bench, "KRA-01").why_not == "no-counter"
    with pytest.raises(NoNumber, match="No counter"):
        bench.issue("KRA-01")
    day.set_counter(5, "break")
    bench.issue("KRA-01")
    counters.call(5)  # ends the break
    assert _offer(bench, "KRA-01").counters_open == 1
    with pytest.raises(QueueFault):
        day.set_counter(5, "asleep")


def _offer(bench: CentreBench, service: str):  # type: ignore[no-untyped-def]
    return bench.authority.day.offers([service])[0]


def test_the_close_of_the_day_leaves_nobody_without_a_rule(bench: CentreBench) -> None:
    carried, unserved, serving, parked = (
        bench.issue("NRB-01"),
        bench.issue("NRB-02"),
        bench.issue("KRA-01"),
        bench.issue("KRA-01"),
    )
    counters, day = bench.authority.counters, bench.authority.day
    counters.call(5)
    counters.park(5)
    counters.call(5)
    counters.start(5)
    done = day.close_day("close-1", who="S1")
    assert (done.unserved, done.carried, done.open_timers) == (2, 1, 1)
    assert day.close_day("close-1", who="S1").is_open is False
    states = [bench.state(each.visit) for each in (carried, unserved, serving, parked)]
    assert states == ["waiting", "unserved", "unserved", "unserved"]
    with pytest.raises(NoNumber, match="closed"):
        bench.issue()
    with pytest.raises(NotNow, match="day is closed"):
        counters.call(1)
    bench.pass_time(minutes=16 * 60)
    bench.issue("NRB-02")
    assert counters.call(1).visit == carried.visit
    assert counters.call(2).label == "A102"  # the first number of the new day is still held


def test_a_day_closed_by_mistake_goes_on(bench: CentreBench) -> None:
    day = bench.authority.day
    day.close_day()
    day.open_day()
    bench.issue()
    assert bench.authority.counters.call(1).label == "A101"


def test_two_counters_never_get_one_ticket_whoever_presses(bench: CentreBench) -> None:
    given = [bench.issue().visit for _ in range(40)]
    counters = bench.authority.counters
    called = []
    for _ in range(10):
        called += [counters.call(counter).visit for counter in (1, 2, 3, 4)]
        for counter in (4, 3, 2, 1):
            counters.complete(counter)
    assert called == given


def test_the_explanation_and_the_replay_agree_with_what_happened(bench: CentreBench) -> None:
    counters = bench.authority.counters
    ordinary = [bench.issue() for _ in range(4)]
    elder = bench.issue("NRB-02", "elderly")
    order = []
    for _ in range(5):
        bench.pass_time(minutes=2)
        order.append(counters.call(1).visit)
        counters.complete(1)
    assert order[0] == elder.visit
    told = explain(bench.database, ordinary[0].visit, bench.authority.counter_table)
    assert told.called_before is not None
    assert (told.called_before.by_class, told.called_before.earlier) == (1, 0)
    assert "1 of a class that is called earlier" in told.reason
    assert [step.kind for step in told.steps] == [
        "ticket.granted",
        "ticket.called",
        "ticket.served",
    ]
    found = replay(bench.journal.entries(), bench.authority.counter_table, bench.authority.policy)
    assert (found.calls, found.differences) == (5, ())


def test_the_table_of_states_is_whole() -> None:
    assert set(TRANSITIONS) == set(TicketState)
    used = {action for row in TRANSITIONS.values() for action in row}
    assert used == set(TicketAction)
    assert allowed(TicketState.SERVED, TicketAction.CALL) is None


def test_hours_are_looked_at_over_http_and_not_for_kiosks(tmp_path: Path) -> None:
    """A kiosk has looked at them with its own clock; the centre's may be the wrong one."""
    centre = Centre(
        id="HC-001",
        name="Nairobi",
        county="047",
        town="GPO",
        state="one of the 52",
        hours="08:00-17:00",
        extended=False,
        licence_biometrics=False,
        judiciary_desk=False,
        status="V",
    )
    rules = replace(RULES, hours=OpeningHours({}), centre=centre)
    bench = CentreBench(tmp_path / "centre.db", rules=rules)
    bench.issue()
    bench.pass_time(minutes=12 * 60)
    with pytest.raises(NoNumber):
        bench.issue()
    kiosks = LocalCentre(bench.authority, "kiosk-1")
    asked = GrantRequest(bench.ids.uuid7(), "NRB-02", "A", "normal", 9)
    assert isinstance(kiosks.ask(asked), Granted)
    assert kiosks.ask(OfferRequest("NRB-02")).why_not is None  # type: ignore[union-attr]
    bench.clock.trusted = False
    bench.issue()
    bench.clock.trusted = True
    bench.authority.day.open_day()
    bench.issue()
    bench.authority.day.close_day()
    assert isinstance(
        kiosks.ask(GrantRequest(bench.ids.uuid7(), "NRB-02", "A", "normal", 9)), NumberRefused
    )
