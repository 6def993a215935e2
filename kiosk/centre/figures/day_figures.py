"""The figures of one day, from the legs of its tickets: waits, service times, targets, estimates.

A leg is one wait and one call for one service. Quantiles, never averages alone; a timer that the
close of the day ended is counted but is in no time; the wait of a suspended service stands gross
and net; a call from the parked is no wait in line. `law` compares the mean number in line, counted,
with arrival rate times mean wait (Little's law): the log agrees with itself within 5 %.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from kiosk.queue.rules import CentreRules
from kiosk.queue.statistics import length_and_law, mean, overlap, percentile, share_of
from provisioning.clock import EAT
from sync.store.database import Store

TARGET_MIN = 45
_SERVED = frozenset({"", "served", "next", "transferred"})


class LegFigures(msgspec.Struct, frozen=True):
    """One row: a service, counter, hour, staff member, or the whole day (`key` "all")."""

    key: str
    calls: int
    served: int
    absent: int
    recalls: int
    wait_p50_s: float | None
    wait_p80_s: float | None
    wait_p90_s: float | None
    net_wait_p90_s: float | None
    within_target: float | None
    walk_p50_s: float | None
    service_p50_s: float | None
    service_p90_s: float | None
    service_mean_s: float | None
    open_timers: int


class TicketCounts(msgspec.Struct, frozen=True):
    """What became of the tickets of the day."""

    given: int
    waiting: int
    served: int
    absent: int
    withdrawn: int
    unserved: int
    abandoned: float | None


class EstimateScore(msgspec.Struct, frozen=True):
    """How the quoted ranges compare with what followed."""

    quotes: int
    not_known: int
    scored: int
    within: float | None
    below: float | None
    above: float | None
    mean_error_min: float | None


class PriorityChanges(msgspec.Struct, frozen=True):
    """What one staff member did with priority classes."""

    who: str
    given: int
    taken: int


class Availability(msgspec.Struct, frozen=True):
    """How long a service was suspended, or a counter open and on a break."""

    key: str
    suspended_s: int = 0
    open_s: int = 0
    break_s: int = 0


class LawCheck(msgspec.Struct, frozen=True):
    """Little's law: `counted` in line on average, `law` by rate and wait."""

    counted: float
    law: float
    agrees: bool


class DayFigures(msgspec.Struct, frozen=True):
    """The figures of `day`, complete up to journal entry `seq`."""

    day: str
    seq: int
    tickets: TicketCounts
    all: LegFigures
    services: tuple[LegFigures, ...]
    counters: tuple[LegFigures, ...]
    hours: tuple[LegFigures, ...]
    staff: tuple[LegFigures, ...]
    estimates: EstimateScore
    priority_share: float | None
    priority_changes: tuple[PriorityChanges, ...]
    suspended: tuple[Availability, ...]
    counter_times: tuple[Availability, ...]
    law: LawCheck | None


class Leg(msgspec.Struct, frozen=True):
    """One wait and one call, Unix ms; `waited` False: it was called from the parked."""

    visit: bytes
    counter: int
    service: str
    rank: int
    leg_from: int
    called_at: int
    came_at: int | None
    started_at: int | None
    ended_at: int | None
    ending: str
    recalls: int
    who: str
    waited: bool


def day_figures(store: Store, day: str, rules: CentreRules) -> DayFigures:
    """The figures of `day`; reads much, so not between two tickets."""
    legs = legs_of(store, day)
    now_ms = _last_moment(store)
    suspensions = _suspensions(store, now_ms)

    def rows(key: Callable[[Leg], str]) -> tuple[LegFigures, ...]:
        groups: dict[str, list[Leg]] = defaultdict(list)
        for each in legs:
            groups[key(each)].append(each)
        return tuple(
            _row(name, groups[name], rules, suspensions) for name in sorted(groups, key=_natural)
        )

    head = store.one("SELECT seq FROM journal_head")
    return DayFigures(
        day=day,
        seq=0 if head is None else int(head[0]),
        tickets=_tickets(store, day),
        all=_row("all", legs, rules, suspensions),
        services=rows(lambda leg: leg.service),
        counters=rows(lambda leg: str(leg.counter)),
        hours=rows(lambda leg: f"{_local(leg.called_at).hour:02d}"),
        staff=rows(lambda leg: leg.who or "-"),
        estimates=_scores(store, day, legs),
        priority_share=_priority_share(store, day),
        priority_changes=_priority_changes(store, day),
        suspended=_suspended_on(day, suspensions),
        counter_times=_counter_times(store, day, now_ms),
        law=_law(legs),
    )


def legs_of(store: Store, day: str) -> list[Leg]:
    """The legs of `day` in the order of their calls."""
    rows = store.all(
        "SELECT visit, counter, service, rank, leg_from, called_at, came_at, started_at, ended_at,"
        " ending, recalls, who FROM line_call WHERE day = ? ORDER BY seq",
        (day,),
    )
    last: dict[bytes, str] = {}
    found = []
    for row in rows:
        visit = bytes(row[0])
        cells = [visit, *row[1:], last.get(visit) != "parked"]
        found.append(Leg(*cells))
        last[visit] = row[9]
    return found


def _row(
    key: str,
    legs: Sequence[Leg],
    rules: CentreRules,
    suspensions: Mapping[str, Sequence[tuple[int, int]]],
) -> LegFigures:
    line = [leg for leg in legs if leg.waited]
    waits = [(leg.called_at - leg.leg_from) / 1000 for leg in line]
    net = [(leg.called_at - leg.leg_from - _suspended_ms(leg, suspensions)) / 1000 for leg in line]
    in_target = sum(wait <= _target_s(leg, rules) for wait, leg in zip(net, line, strict=True))
    walks = [(leg.came_at - leg.called_at) / 1000 for leg in legs if leg.came_at is not None]
    service = [
        (leg.ended_at - (leg.started_at or leg.called_at)) / 1000
        for leg in legs
        if leg.ended_at is not None and leg.ending in _SERVED
    ]
    return LegFigures(
        key=key,
        calls=len(legs),
        served=len(service),
        absent=sum(leg.ending == "no-show" for leg in legs),
        recalls=sum(leg.recalls for leg in legs),
        wait_p50_s=percentile(waits, 0.5),
        wait_p80_s=percentile(waits, 0.8),
        wait_p90_s=percentile(waits, 0.9),
        net_wait_p90_s=percentile(net, 0.9),
        within_target=share_of(in_target, len(line)),
        walk_p50_s=percentile(walks, 0.5),
        service_p50_s=percentile(service, 0.5),
        service_p90_s=percentile(service, 0.9),
        service_mean_s=mean(service),
        open_timers=sum(leg.ending == "unserved" for leg in legs),
    )


def _target_s(leg: Leg, rules: CentreRules) -> float:
    rule = rules.services.get(leg.service)
    return 60.0 * (rule.target_min if rule else TARGET_MIN)


def _suspended_ms(leg: Leg, suspensions: Mapping[str, Sequence[tuple[int, int]]]) -> int:
    return overlap((leg.leg_from, leg.called_at), suspensions.get(leg.service, ()))


def _tickets(store: Store, day: str) -> TicketCounts:
    turns: Counter[str] = Counter(
        dict(
            store.all("SELECT turn, count(*) FROM line_ticket WHERE day = ? GROUP BY turn", (day,))
        )
    )
    turns.pop("void", None)
    ended = turns["served"] + turns["absent"] + turns["withdrawn"] + turns["unserved"]
    return TicketCounts(
        given=sum(turns.values()),
        waiting=sum(turns.values()) - ended,
        served=turns["served"],
        absent=turns["absent"],
        withdrawn=turns["withdrawn"],
        unserved=turns["unserved"],
        abandoned=share_of(ended - turns["served"], ended),
    )


def _scores(store: Store, day: str, legs: Iterable[Leg]) -> EstimateScore:
    first: dict[bytes, Leg] = {}
    for each in legs:
        first.setdefault(each.visit, each)
    rows = store.all(
        "SELECT visit, wait_from, wait_to FROM line_ticket WHERE day = ? AND ahead IS NOT NULL",
        (day,),
    )
    quoted = [row for row in rows if row[1] is not None]
    scored = [
        ((leg.called_at - leg.leg_from) / 60_000, row[1], row[2])
        for row in quoted
        if (leg := first.get(bytes(row[0]))) is not None
    ]
    errors = [abs(wait - (low + high) / 2) for wait, low, high in scored]
    error = mean(errors)
    return EstimateScore(
        quotes=len(rows),
        not_known=len(rows) - len(quoted),
        scored=len(scored),
        within=share_of(sum(low <= wait <= high for wait, low, high in scored), len(scored)),
        below=share_of(sum(wait < low for wait, low, _ in scored), len(scored)),
        above=share_of(sum(wait > high for wait, _, high in scored), len(scored)),
        mean_error_min=None if error is None else round(error, 2),
    )


def _priority_share(store: Store, day: str) -> float | None:
    row = store.one(
        "SELECT sum(class <> 'normal'), count(*) FROM line_ticket WHERE day = ? AND turn <> 'void'",
        (day,),
    )
    return None if row is None else share_of(int(row[0] or 0), int(row[1]))


def _priority_changes(store: Store, day: str) -> tuple[PriorityChanges, ...]:
    rows = store.all(
        "SELECT who, sum(given), sum(NOT given) FROM line_reclass WHERE day = ?"
        " GROUP BY who ORDER BY who",
        (day,),
    )
    return tuple(PriorityChanges(row[0], int(row[1]), int(row[2])) for row in rows)


def _suspensions(store: Store, now_ms: int) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = store.all("SELECT service, began_at, ended_at FROM line_suspension ORDER BY seq")
    for service, began, ended in rows:
        found[service].append((began, now_ms if ended is None else ended))
    return found


def _day_span(day: str) -> tuple[int, int]:
    midnight = datetime.fromisoformat(day).replace(tzinfo=EAT)
    start = int(midnight.timestamp() * 1000)
    return start, start + 86_400_000


def _suspended_on(
    day: str, suspensions: Mapping[str, Sequence[tuple[int, int]]]
) -> tuple[Availability, ...]:
    span = _day_span(day)
    times = {service: overlap(span, spans) // 1000 for service, spans in suspensions.items()}
    return tuple(
        Availability(service, suspended_s=seconds)
        for service, seconds in sorted(times.items())
        if seconds
    )


def _counter_times(store: Store, day: str, now_ms: int) -> tuple[Availability, ...]:
    span = _day_span(day)
    rows = store.all("SELECT counter, state, began_at, ended_at FROM line_shift ORDER BY seq")
    times: dict[int, Counter[str]] = defaultdict(Counter)
    for counter, state, began, ended in rows:
        last = now_ms if ended is None else ended
        times[counter][state] += overlap(span, [(began, last)]) // 1000
    return tuple(
        Availability(str(counter), open_s=found["open"], break_s=found["break"])
        for counter, found in sorted(times.items())
        if found["open"] or found["break"]
    )


def _law(legs: Iterable[Leg]) -> LawCheck | None:
    found = length_and_law([(leg.leg_from, leg.called_at) for leg in legs if leg.waited])
    if found is None:
        return None
    counted, law = found
    return LawCheck(round(counted, 3), round(law, 3), abs(counted - law) <= 0.05 * max(law, 0.1))


def _last_moment(store: Store) -> int:
    """The moment of the newest entry: a suspension that goes on lasts until then."""
    row = store.one("SELECT hlc FROM journal_head")
    return 0 if row is None else int(row[0]) >> 16


def _local(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(EAT)


def _natural(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (0, key)


def as_csv(found: DayFigures) -> str:
    """The rows of a day as one table for a spreadsheet."""
    out = io.StringIO()
    names = list(LegFigures.__struct_fields__)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["day", "by", *names])
    sections = (
        ("all", (found.all,)),
        ("service", found.services),
        ("counter", found.counters),
        ("hour", found.hours),
        ("staff", found.staff),
    )
    for name, rows in sections:
        for row in rows:
            cells = [getattr(row, each) for each in names]
            writer.writerow([found.day, name, *("" if cell is None else cell for cell in cells)])
    return out.getvalue()
