"""A disk that takes no write: the visit shows a calm screen, goes on later, and loses nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial

import apsw
import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.node.composition import kiosk_of
from kiosk.queue.numbering import service_day
from provisioning.clock import VirtualClock
from provisioning.node.site import Site
from sync.store.database import Store
from tests.kiosk.conftest import Visitor
from tests.sync.store.power_cut_disk import PowerCutDisk, power_cut_disk


@contextmanager
def held(store: Store) -> Iterator[None]:
    """Another program holds the database, as a technician's shell does."""
    with closing(Store.open(store.path, [])) as other, other.transaction():
        yield


@dataclass
class Hard:
    """A visitor at a kiosk, and what is wrong with its disk inside `trouble()`."""

    visitor: Visitor
    trouble: Callable[[], AbstractContextManager[None]]


@contextmanager
def refusing(disk: PowerCutDisk, code: int) -> Iterator[None]:
    """A disk that takes no write more."""
    disk.refuse_after(0, code)
    yield
    disk.accept()


@pytest.fixture(params=["held", "FULL", "READONLY", "IOERR"])
def hard(request: pytest.FixtureRequest, site: Site, catalogue: Catalogue) -> Iterator[Hard]:
    """At the van, whose core asks its own authority; its database lies on the disk in question."""
    clock, node = VirtualClock(), site.node("van-1")
    with ExitStack() as closing_last:
        disk = None
        if request.param != "held":
            disk = closing_last.enter_context(power_cut_disk(node.dir))
        kiosk = kiosk_of(site, node, clock, catalogue=catalogue)
        closing_last.callback(kiosk.database.store.close)
        closing_last.callback(kiosk.bell.close)
        store = kiosk.database.store
        store._patience_ms = 40
        store._wait_for_lock(held=True)  # no test waits for a lock
        trouble = (
            partial(held, store)
            if disk is None
            else partial(refusing, disk, getattr(apsw, f"SQLITE_{request.param}"))
        )
        yield Hard(Visitor(kiosk, clock, node), trouble)


def faults(visitor: Visitor) -> list[dict[str, object]]:
    entries = visitor.kiosk.database.journal.entries()
    return [dict(each.body) for each in entries if each.kind == "node.fault"]


def test_a_ticket_is_refused_calmly_and_given_when_there_is_room(hard: Hard) -> None:
    visitor = hard.visitor
    visitor.tap("start", "choose.en", "find", "category.identity", "service.NRB-02", "take-ticket")
    with hard.trouble():
        visitor.tap("class.none")
        assert visitor.state == "unavailable"
        assert "42" in visitor.words()
        visitor.wait(1)
        assert visitor.state == "unavailable"
    visitor.tap("back", "class.none")
    assert visitor.state == "ticket"
    assert visitor.kiosk.facts.catch_up()
    assert [each["code"] for each in faults(visitor)] == [42]


def test_answers_are_kept_in_the_visit_and_the_form_goes_out_once(hard: Hard) -> None:
    visitor = hard.visitor
    visitor.tap("start", "choose.en", "form", "form.lost_id", "agree")
    before = visitor.words()
    with hard.trouble():
        visitor.tap("next")
        assert visitor.state in {"unavailable", "question"}
    if visitor.state == "unavailable":
        visitor.tap("back")
    assert visitor.words().splitlines()[0] == before.splitlines()[0]


def test_a_visit_is_wiped_whatever_the_disk_says(hard: Hard) -> None:
    visitor = hard.visitor
    visitor.tap("start", "choose.en", "form", "form.lost_id", "agree")
    visitor.type("Zubeida Qanchora").tap("next")
    with hard.trouble():
        visitor.tap("stop", "stop.yes") if "stop.yes" in visitor.ids() else visitor.tap("stop")
        visitor.wait(600).wait(600)
        assert visitor.state == "attract"
        assert "Qanchora" not in str(visitor.kiosk.controller.session)
        visitor.tap("start", "choose.en")
        assert visitor.state == "home"
    assert visitor.kiosk.facts.catch_up()
    kinds = [each.kind for each in visitor.kiosk.database.journal.entries()]
    assert kinds.count("visit.started") == 2
    assert kinds.index("visit.ended") < len(kinds) - 1
    visitor.tap("form", "form.lost_id", "agree").wait(600).wait(600)
    assert visitor.kiosk.database.store.all("SELECT * FROM draft") == []


def test_a_fault_that_repeats_is_one_entry_with_a_count(hard: Hard) -> None:
    visitor = hard.visitor
    visitor.tap("start", "choose.en", "find", "category.identity", "service.NRB-02", "take-ticket")
    with hard.trouble():
        for _ in range(30):
            visitor.tap("class.none", "back")
    assert visitor.kiosk.facts.catch_up()
    assert sum(int(str(each.get("count", 1))) for each in faults(visitor)) == 30
    assert len(faults(visitor)) <= 2


@pytest.mark.prove
def test_full_and_read_only_at_random_writes(site: Site, catalogue: Catalogue) -> None:
    """200 times: a disk refuses from a random write on, then there is room. Nothing that a screen
    said is missing, nothing is there twice, and the core never ends.
    """
    chance, clock, node = random.Random(7), VirtualClock(), site.node("van-1")
    told: list[str] = []
    with power_cut_disk(node.dir) as disk, ExitStack() as closing_last:
        kiosk = kiosk_of(site, node, clock, catalogue=catalogue)
        closing_last.callback(kiosk.database.store.close)
        closing_last.callback(kiosk.bell.close)
        visitor = Visitor(kiosk, clock, node)
        refused = 0
        for _ in range(200):
            code = chance.choice((apsw.SQLITE_FULL, apsw.SQLITE_READONLY, apsw.SQLITE_IOERR))
            disk.refuse_after(chance.randrange(40), code)
            refused += not _visit(visitor, told)
            disk.accept()
            visitor.wait(1)
            if visitor.state == "unavailable":
                visitor.tap("back")
            if visitor.state == "priority":
                visitor.tap("class.none")
                told.append(f"{service_day(visitor.clock.now())} {visitor.number()}")
            visitor.wait(600).wait(600)
            assert visitor.state == "attract"
        assert kiosk.facts.catch_up()
        rows = kiosk.database.store.all("SELECT day || ' ' || series || number FROM ticket")
        assert sorted(told) == sorted(str(row[0]) for row in rows)
        assert len(set(told)) == len(told)
        assert kiosk.database.journal.first_bad() is None
        assert refused > 20
    print(f"200 refusing disks: {refused} visits interrupted, {len(told)} tickets, 0 lost, 0 exits")


def _visit(visitor: Visitor, told: list[str]) -> bool:
    """One ticket, or the calm screen."""
    way = ("start", "choose.en", "find", "category.identity", "service.NRB-02", "take-ticket")
    for name in (*way, "class.none"):
        if visitor.state == "unavailable":
            return False
        visitor.tap(name)
    if visitor.state != "ticket":
        return False
    told.append(f"{service_day(visitor.clock.now())} {visitor.number()}")
    return True
