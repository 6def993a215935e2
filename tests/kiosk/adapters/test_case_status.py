"""A reference is known at every kiosk of its centre, as soon as nobody stands before the one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from kiosk.adapters.case_status import REPORTED_AT_ONCE, StoredCases
from kiosk.centre.authority import Authority
from kiosk.centre.cases import KEEP
from kiosk.centre.service.local_client import LocalCentre
from kiosk.node.centre_composition import authority
from kiosk.node.database import open_node_database
from kiosk.ticketing.ticket_table import tell_again
from kiosk.visit.ports import Feedback
from provisioning.clock import VirtualClock
from provisioning.node.site import Site
from sync.journal.node_database import NodeDatabase
from tests.kiosk.conftest import Visitor


class Silence:
    """A centre that does not answer."""

    def ask(self, message: object) -> None:
        del message


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def centre(site: Site, clock: VirtualClock) -> Iterator[Authority]:
    database = open_node_database(site.node("centre"), clock)
    yield authority(site.node("centre"), database)
    database.store.close()


@pytest.fixture
def neighbour(site: Site, clock: VirtualClock) -> Iterator[NodeDatabase]:
    database = open_node_database(site.node("kiosk-2"), clock)
    yield database
    database.store.close()


def given(visitor: Visitor) -> str:
    """A reference that this kiosk gives for words to an office."""
    feedback = visitor.kiosk.controller._ports.feedback
    visit = visitor.kiosk.database.ids.uuid7()
    receipt = feedback.give(visit, Feedback("idea", None, "Chairs", ""), "en")
    assert receipt is not None
    return receipt.reference


def test_another_kiosk_of_the_centre_answers(
    visitor: Visitor, centre: Authority, neighbour: NodeDatabase
) -> None:
    first = StoredCases(visitor.kiosk.database, LocalCentre(centre, "kiosk-1"))
    second = StoredCases(neighbour, LocalCentre(centre, "kiosk-2"))
    references = [given(visitor), given(visitor)]
    assert second.find(references[0]) is None
    assert first.report()
    assert not first.report(), "nothing new"
    for reference in references:
        known = second.find(reference)
        assert known is not None
        assert (known.stage, known.agency) == ("centre", "HUDUMA")
        here = first.find(reference)
        assert here is not None
        assert here.stage == "saved"


def test_a_silent_centre_is_told_later(
    visitor: Visitor, centre: Authority, neighbour: NodeDatabase
) -> None:
    reference = given(visitor)
    assert not StoredCases(visitor.kiosk.database, Silence()).report()
    assert StoredCases(neighbour, Silence()).find(reference) is None
    assert StoredCases(visitor.kiosk.database, LocalCentre(centre, "kiosk-1")).report()
    assert StoredCases(neighbour, LocalCentre(centre, "kiosk-2")).find(reference) is not None


def test_the_centre_forgets_after_its_days_of_trusted_time(
    visitor: Visitor, centre: Authority, clock: VirtualClock
) -> None:
    old = given(visitor)
    assert StoredCases(visitor.kiosk.database, LocalCentre(centre, "kiosk-1")).report()
    clock.trusted = False
    clock.advance(seconds=(KEEP + timedelta(days=1)).total_seconds())
    centre.cases.report("kiosk-1", ())
    assert centre.cases.find(old).agency == "HUDUMA"
    clock.trusted = True
    centre.cases.report("kiosk-1", ())
    assert centre.cases.find(old).agency == ""


@pytest.mark.parametrize("given_before", [1, REPORTED_AT_ONCE + 3])
def test_a_restored_centre_is_told_every_reference_again(
    visitor: Visitor,
    centre: Authority,
    neighbour: NodeDatabase,
    clock: VirtualClock,
    given_before: int,
) -> None:
    store = visitor.kiosk.database.store
    first = StoredCases(visitor.kiosk.database, LocalCentre(centre, "kiosk-1"))
    second = StoredCases(neighbour, LocalCentre(centre, "kiosk-2"))
    tell_again(store, centre.epoch, clock.now())
    references = [given(visitor) for _ in range(given_before)]
    while first.report():
        pass
    with centre._store.transaction() as tx:  # the copy that was put back knows none of them
        tx.execute("DELETE FROM centre_case")
        centre._journal.renew_epoch(tx, b"restored")
    assert not first.report(), "the kiosk has not heard of it yet"
    tell_again(store, centre.epoch, clock.now())
    while first.report():
        pass
    assert all(second.find(each) is not None for each in references)
    assert not first.report(), "once"


def test_a_report_that_meets_another_database_than_expected_is_not_noted(
    visitor: Visitor, centre: Authority, clock: VirtualClock
) -> None:
    first = StoredCases(visitor.kiosk.database, LocalCentre(centre, "kiosk-1"))
    tell_again(visitor.kiosk.database.store, "another", clock.now())
    given(visitor)
    assert not first.report()
    tell_again(visitor.kiosk.database.store, centre.epoch, clock.now())
    assert first.report()
