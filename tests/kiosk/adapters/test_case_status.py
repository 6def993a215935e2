"""A reference is known at every kiosk of its centre, as soon as nobody stands before the one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from kiosk.adapters.case_status import StoredCases
from kiosk.centre.authority import Authority
from kiosk.centre.cases import KEEP
from kiosk.centre.local_client import LocalCentre
from kiosk.node.centre_composition import authority
from kiosk.node.database import open_node_database
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
