"""The ticket desk: centre, reserve, own sub-series, in that order; and the paperwork afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.centre.restoring import begin_restored, missing
from kiosk.centre.service.local_client import LocalCentre
from kiosk.node.centre_composition import authority
from kiosk.node.composition import TicketingParts, counter_of
from kiosk.node.database import open_node_database, projections
from kiosk.queue.faults import NoNumber, UnknownClass
from kiosk.queue.protocol import Answer, Ask, Granted, GrantRequest
from kiosk.queue.signed_code import code_of, read_ticket
from kiosk.ticketing.centre_client import FirstReachable
from kiosk.ticketing.issuer import TicketIssuer
from kiosk.ticketing.ticket_table import NumberSource, reserve_left, ticket_of
from peripherals.printing.raster import qr_side
from provisioning.clock import VirtualClock
from provisioning.node.site import Site
from sync.journal.audit import rebuild
from sync.journal.node_database import NodeDatabase

DAY = "2026-11-23"


class Line:
    """The way to the centre, which a test may cut. `late`: the centre acts, its answer is lost."""

    def __init__(self, centre: LocalCentre) -> None:
        self.centre = centre
        self.up = True
        self.late = False
        self.forged: Granted | None = None

    def ask(self, message: Ask) -> Answer | None:
        if not self.up:
            return None
        if self.forged is not None and isinstance(message, GrantRequest):
            return self.forged
        found = self.centre.ask(message)
        return None if self.late else found


class Branch:
    """Kiosk 1 and its centre, in one process."""

    def __init__(self, site: Site, catalogue: Catalogue) -> None:
        self.clock = VirtualClock()
        self.catalogue = catalogue
        self.centre: NodeDatabase = open_node_database(site.node("centre"), self.clock)
        self.hall = authority(site.node("centre"), self.centre)
        self.line = Line(LocalCentre(self.hall, "kiosk-1"))
        self.node = site.node("kiosk-1")
        self.counter: TicketingParts = counter_of(site, self.node, self.clock, catalogue=catalogue)
        self.issuer: TicketIssuer = self.counter.issuer
        self.issuer._centre = FirstReachable([self.line])

    def issue(self, code: str = "NRB-02", priority_class: str = "normal") -> str:
        visit = self.counter.database.ids.uuid7()
        self.clock.advance(seconds=1)
        return self.issuer.issue(visit, self.catalogue.service(code), priority_class, "en").label

    def settle(self) -> None:
        for _ in range(4):
            assert self.issuer.settle()

    def waiting(self) -> list[str]:
        with self.centre.store.transaction() as tx:
            rows = tx.all(
                "SELECT series || number FROM line_ticket WHERE turn = 'waiting' ORDER BY since"
            )
        return [row[0] for row in rows]


@pytest.fixture
def branch(site: Site, catalogue: Catalogue) -> Iterator[Branch]:
    opened = Branch(site, catalogue)
    yield opened
    database = opened.counter.database
    assert all(rebuild(database.store, "kiosk-1", projections("kiosk")).values())
    database.store.close()
    opened.counter.bell.close()
    opened.centre.store.close()


def test_the_centre_grants_in_order(branch: Branch) -> None:
    assert [branch.issue() for _ in range(3)] == ["A101", "A102", "A103"]
    assert branch.issue("KRA-01", "elderly") == "F101"


def test_with_a_page_at_the_centre_the_code_is_its_address_and_fits_narrow_paper(
    branch: Branch,
) -> None:
    identity = branch.issuer._identity
    assert identity.centre_name.startswith("Huduma Centre")
    branch.issuer._identity = replace(identity, hall_url="http://10.200.100.50:8080")
    visit = branch.counter.database.ids.uuid7()
    code = branch.issuer.issue(visit, branch.catalogue.service("NRB-02"), "normal", "sw").qr
    assert "/t/A101/Huduma-Centre-" in code
    assert "/23-11-2026/wait-until-you-are-called/subiri-hadi-uitwe/HK1.A101." in code
    claim = read_ticket(branch.node.keys.signing.public_key(), identity.site, code_of(code))
    assert claim is not None
    assert claim.label == "A101"
    narrow = 384  # dots of 58 mm paper
    assert narrow // (qr_side(code, "M") + 8) >= 5


def test_without_the_centre_the_reserve_goes_on_and_then_the_kiosks_own_series(
    branch: Branch,
) -> None:
    branch.settle()
    branch.issue()
    branch.line.up = False
    size = branch.node.settings.queue.reserve_block
    numbers = [branch.issue() for _ in range(size + 2)]
    assert numbers[0] == "A501"
    assert numbers[size - 1] == f"A{500 + size}"
    assert numbers[size:] == ["A-K1-01", "A-K1-02"]
    assert len(set(numbers)) == len(numbers)
    assert branch.issue("KRA-01") == "F501", "every series has the whole block"


def test_after_the_line_is_back_the_queue_has_everybody_by_arrival(branch: Branch) -> None:
    branch.settle()
    first = branch.issue()
    branch.line.up = False
    second, third = branch.issue(), branch.issue()
    branch.line.up = True
    fourth = branch.issue()
    assert branch.waiting() == [first, fourth]
    branch.settle()
    assert branch.waiting() == [first, second, third, fourth]
    assert branch.hall.counters.call(1).label == first
    assert branch.hall.counters.call(2).label == second


def test_an_answer_that_was_lost_leaves_no_ghost(branch: Branch) -> None:
    branch.settle()
    branch.line.late = True
    told = branch.issue()
    assert told == "A501"
    assert branch.waiting() == ["A101"], "the centre believes it gave A101"
    branch.line.late = False
    branch.settle()
    assert branch.waiting() == ["A501"]
    assert branch.issue() == "A102", "the ghost's number is not given to anybody"


def test_a_kiosk_cut_off_in_the_middle_of_an_issue_disowns_it_at_the_next_start(
    branch: Branch, site: Site, catalogue: Catalogue
) -> None:
    wish = GrantRequest(branch.counter.database.ids.uuid7(), "NRB-02", "A", "normal", 9)
    branch.line.ask(wish)  # and then the power went
    told = branch.issue()
    again = counter_of(site, branch.node, branch.clock, catalogue=catalogue)
    again.issuer._centre = FirstReachable([branch.line])
    for _ in range(4):
        again.issuer.settle()
    assert branch.waiting() == [told]
    again.database.store.close()
    again.bell.close()


def test_a_number_granted_twice_by_a_restored_centre_is_not_told_twice(branch: Branch) -> None:
    branch.settle()
    told = branch.issue()
    branch.line.forged = Granted(DAY, "A", 101, 0, None)
    assert told == "A101"
    assert branch.issue() == "A501"


def test_the_reserve_is_renewed_at_half(branch: Branch) -> None:
    branch.settle()
    size = branch.node.settings.queue.reserve_block
    branch.line.up = False
    for _ in range(size // 2):
        branch.issue()
    store = branch.counter.database.store
    assert reserve_left(store, DAY) == size - size // 2
    branch.line.up = True
    branch.settle()
    assert reserve_left(store, DAY) == 2 * size - size // 2
    branch.settle()
    assert reserve_left(store, DAY) == 2 * size - size // 2, "one renewal is enough"


def test_the_same_visit_asked_again_is_the_same_ticket_and_slip(branch: Branch) -> None:
    visit = branch.counter.database.ids.uuid7()
    service = branch.catalogue.service("NRB-02")
    first = branch.issuer.issue(visit, service, "normal", "sw")
    branch.line.up = False
    assert branch.issuer.issue(visit, service, "normal", "sw") == first
    assert len(branch.counter.spool.jobs()) == 1
    ticket = ticket_of(branch.counter.database.store, visit)
    assert ticket is not None
    assert ticket.source is NumberSource.CENTRE


def test_a_class_nobody_knows_is_refused_before_a_number_is_used(branch: Branch) -> None:
    with pytest.raises(UnknownClass, match="elderly"):
        branch.issue(priority_class="vip")
    assert branch.issue() == "A101"


def test_after_midnight_the_own_series_goes_on_and_next_morning_it_begins_anew(
    branch: Branch,
) -> None:
    branch.line.up = False
    branch.clock.advance(seconds=15 * 3600)  # 23:00
    assert branch.issue() == "A-K1-01"
    branch.clock.advance(seconds=3_600)
    assert branch.issue() == "A-K1-02", "somebody may still wait with 01"
    branch.clock.advance(seconds=32 * 3_600)
    assert branch.issue() == "A-K1-01"


def test_a_centre_with_another_epoch_is_told_everything_again(branch: Branch) -> None:
    branch.settle()
    told = [branch.issue() for _ in range(3)]
    branch.line.up = False
    told.append(branch.issue())
    branch.line.up = True
    branch.settle()
    with branch.centre.store.transaction() as tx:  # what a copy of this morning would hold
        for table in ("line_ticket", "line_block", "line_series", "line_told"):
            tx.execute(f"DELETE FROM {table}")
    begin_restored(branch.centre, ["kiosk-1"])
    assert branch.issue() == "A502", "the centre does not know yet what it may give"
    branch.settle()
    assert missing(branch.centre.store, DAY) == []
    assert branch.waiting() == [*told, "A502"]
    assert branch.issue() == "A104"
    branch.line.up = False
    assert branch.issue() == "A503", "the block it held is still its own"


def test_the_centres_day_decides_also_while_it_is_away(branch: Branch) -> None:
    centre_now = branch.clock.now() + timedelta(days=1)
    stamp = int(centre_now.timestamp() * 1000)
    branch.line.forged = Granted("2026-11-24", "A", 117, 0, None, centre_ms=stamp)
    assert branch.issue() == "A117"
    branch.line.up = False
    branch.issue()
    rows = branch.counter.database.store.all("SELECT DISTINCT day FROM ticket")
    assert rows == [("2026-11-24",)]


def test_tomorrow_starts_with_new_numbers_even_in_the_dark(branch: Branch) -> None:
    branch.settle()
    branch.line.up = False
    assert branch.issue() == "A501"
    branch.clock.advance(seconds=86_400)
    assert branch.issue() == "A-K1-01", "no block was leased for that day: the own series"
    branch.line.up = True
    branch.settle()
    assert branch.issue() == "A101"


def test_what_the_centre_refuses_gets_no_number_of_the_reserve_either(branch: Branch) -> None:
    branch.settle()
    service = branch.catalogue.service("NRB-02")
    branch.hall.day.suspend("NRB-02", "NRB system down")
    assert branch.issuer.offer(service).why_not == "suspended"  # type: ignore[union-attr]
    with pytest.raises(NoNumber) as refused:
        branch.issue()
    assert refused.value.reason == "suspended"
    assert branch.waiting() == []
    branch.hall.day.resume("NRB-02")
    assert branch.issue() == "A101"
    branch.hall.day.close_day()
    with pytest.raises(NoNumber):
        branch.issue()
    branch.line.up = False
    assert branch.issuer.offer(service) is None
    assert branch.issue() == "A501", "a centre that is silent refuses nothing"


def test_a_number_given_at_the_centre_is_printed_by_its_kiosk_once(branch: Branch) -> None:
    branch.settle()
    ticket, _ = branch.hall.issue("kiosk-1", "NRB-02", key="k1", language="sw")
    other, _ = branch.hall.issue("kiosk-2", "NRB-02", key="k2", language="en")
    assert [slip.visit for slip in branch.hall.wanted_slips("kiosk-1")] == [ticket.visit]
    for _ in range(3):
        branch.clock.advance(seconds=3)
        branch.settle()
    stored = ticket_of(branch.counter.database.store, ticket.visit)
    assert stored is not None
    assert (stored.label, stored.source) == ("A101", NumberSource.CENTRE)
    jobs = [job for job in branch.counter.spool.jobs() if job.subject == ticket.visit]
    assert len(jobs) == 1
    assert branch.hall.wanted_slips("kiosk-1") == ()
    assert [slip.visit for slip in branch.hall.wanted_slips("kiosk-2")] == [other.visit]
    assert branch.waiting() == ["A101", "A102"], "a kiosk that starts anew gives none of it back"
