"""No queue ticket where nobody could call it: closed, not given here, by telephone, information."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.node.centre_composition import authority
from kiosk.node.composition import kiosk_of, place_of
from kiosk.visit.ports import KioskLocation
from kiosk.visit.ticket_offer import NoTicket, why_by_centre, why_no_ticket
from provisioning.clock import VirtualClock
from provisioning.node.site import Site
from tests.kiosk.conftest import Visitor

MONDAY_10, MONDAY_23 = datetime(2026, 11, 23, 7, tzinfo=UTC), datetime(2026, 11, 23, 20, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 7, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 7, tzinfo=UTC)
ALL, FEW = "every service", "no licences"
LICENCE = "NTSA-01"
"""Biometrics for a licence, which not every centre takes."""


def at(catalogue: Catalogue, *, licences: bool, **more: bool) -> KioskLocation:
    centre = next(
        each for each in catalogue.centres() if each.serving and each.licence_biometrics is licences
    )
    return KioskLocation(centre.id, centre.name, centre.id, demo=False, **more)


@pytest.mark.parametrize(
    ("service", "now", "centre", "why"),
    [
        ("NRB-02", MONDAY_10, ALL, None),
        ("NRB-02", MONDAY_23, ALL, NoTicket.CLOSED),
        ("NRB-02", SATURDAY, ALL, NoTicket.CLOSED),
        ("NRB-02", CHRISTMAS, ALL, NoTicket.CLOSED),
        (LICENCE, MONDAY_10, ALL, None),
        (LICENCE, MONDAY_10, FEW, NoTicket.NOT_HERE),
        (LICENCE, MONDAY_23, FEW, NoTicket.NOT_HERE),
        ("HK-02", MONDAY_10, ALL, NoTicket.PHONE),
        ("HK-02", MONDAY_23, ALL, NoTicket.PHONE),
        ("WEF-01", MONDAY_10, ALL, NoTicket.INFORMATION),
    ],
)
def test_why_there_is_none(
    catalogue: Catalogue, service: str, now: datetime, centre: str, why: NoTicket | None
) -> None:
    place = at(catalogue, licences=centre == ALL)
    assert why_no_ticket(catalogue, place, now, catalogue.service(service)) is why


def test_a_practice_site_keeps_no_hours_and_a_van_has_none(catalogue: Catalogue) -> None:
    service = catalogue.service("NRB-02")
    for place in (
        at(catalogue, licences=True, keeps_hours=False),
        at(catalogue, licences=False, mobile=True),
    ):
        assert why_no_ticket(catalogue, place, MONDAY_23, service) is None


def test_a_kiosk_in_a_centre_that_is_due_gives_tickets(catalogue: Catalogue) -> None:
    due = next(each for each in catalogue.centres() if not each.serving)
    place = KioskLocation(due.id, due.name, due.id, demo=False)
    assert why_no_ticket(catalogue, place, MONDAY_10, catalogue.service("NRB-02")) is None


@pytest.fixture
def closed(site: Site, catalogue: Catalogue) -> Iterator[Visitor]:
    """A kiosk that keeps hours, at eleven in the evening."""
    settings = site.dir / "kiosk-1" / "device.toml"
    settings.write_text(settings.read_text().replace("keep_hours = false", "keep_hours = true"))
    site = Site.open(site.dir)
    clock, node = VirtualClock(MONDAY_23), site.node("kiosk-1")
    kiosk = kiosk_of(site, node, clock, catalogue=catalogue)
    yield Visitor(kiosk, clock, node)
    kiosk.bell.close()
    kiosk.database.store.close()


def test_a_closed_centre_says_when_it_opens_and_whom_to_call(closed: Visitor) -> None:
    assert "closed now" in closed.tap("start", "choose.en").words()
    closed.tap("find", "category.identity", "service.NRB-02", "take-ticket")
    assert closed.state == "no-ticket"
    said = closed.words()
    assert "07:00-19:00" in said
    assert "24/11/2026 07:00" in said
    assert "1919" in said
    closed.tap("back", "fill-form", "refuse")
    assert closed.state == "no-ticket"
    closed.tap("back")
    assert closed.state == "consent"
    assert closed.kiosk.database.store.one("SELECT count(*) FROM ticket")[0] == 0


def test_a_service_by_telephone_says_so(visitor: Visitor) -> None:
    visitor.tap("start", "choose.sw", "find", "search").type("1919").tap("service.HK-02")
    visitor.tap("take-ticket")
    assert visitor.state == "no-ticket"
    assert "Piga 1919" in visitor.words()


def test_a_form_with_nothing_to_decide_is_not_called_unapproved(catalogue: Catalogue) -> None:
    undecided = {form.id for form in catalogue.forms() if not catalogue.decided(form.id)}
    assert undecided == {"complaint", "public_participation"}
    assert catalogue.decided("a form of an older pack")


def test_a_van_is_called_by_its_outing(site: Site, catalogue: Catalogue) -> None:
    assert place_of(site.node("van-1"), catalogue, "Site", demo=True).name == "Huduma Mashinani"
    settings = site.dir / "van-1" / "device.toml"
    added = '[node]\nouting = "Wajir Bor market"\n'
    settings.write_text(settings.read_text().replace("[node]\n", added))
    place = place_of(Site.open(site.dir).node("van-1"), catalogue, "Site", demo=True)
    assert place.name == "Huduma Mashinani: Wajir Bor market"
    assert place.mobile


def test_a_site_the_pack_does_not_know_has_its_own_name(site: Site, catalogue: Catalogue) -> None:
    settings = site.dir / "kiosk-1" / "device.toml"
    settings.write_text(settings.read_text().replace('"HC-001"', '"XX-9"'))
    node = Site.open(site.dir).node("kiosk-1")
    place = place_of(node, catalogue, "Chief's camp, Buna", demo=False)
    assert (place.name, place.mobile) == ("Chief's camp, Buna", False)


def test_a_van_sends_nobody_to_a_desk_of_a_centre(visitor: Visitor) -> None:
    visitor.tap("start", "choose.en", "find", "category.identity", "service.NRB-02")
    assert "at this centre" not in visitor.words()
    assert "At this van" in visitor.words()


@pytest.mark.parametrize("language", ["en", "sw"])
def test_a_van_that_closed_its_day_is_no_centre(visitor: Visitor, language: str) -> None:
    authority(visitor.node, visitor.kiosk.database).day.close_day()
    visitor.tap("start", f"choose.{language}", "find", "category.identity", "service.NRB-02")
    visitor.tap("take-ticket")
    if visitor.state == "priority":
        visitor.tap("class.none")
    assert visitor.state == "no-ticket"
    said = visitor.words()
    assert ("This van gives no more" if language == "en" else "Gari hili halitoi") in said
    assert "Huduma Centre" not in said


def test_a_centre_that_keeps_no_hours_is_not_called_closed(
    site: Site, catalogue: Catalogue
) -> None:
    clock, node = VirtualClock(MONDAY_23), site.node("kiosk-1")
    kiosk = kiosk_of(site, node, clock, catalogue=catalogue)
    visitor = Visitor(kiosk, clock, node)
    assert "closed now" not in visitor.tap("start", "choose.en").words()
    kiosk.bell.close()
    kiosk.database.store.close()


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (MONDAY_10, "2026-11-24"),  # closed early
        (MONDAY_23, "2026-11-24"),
        (datetime(2026, 11, 27, 9, tzinfo=UTC), "2026-11-30"),  # early on a Friday
        (SATURDAY, "2026-11-30"),
        (
            datetime(2026, 12, 24, 12, tzinfo=UTC),
            "2026-12-28",
        ),  # early on Christmas Eve, a Thursday
        (CHRISTMAS, "2026-12-28"),
    ],
)
def test_it_opens_again_on_a_day_that_is_to_come(
    catalogue: Catalogue, now: datetime, opens: str
) -> None:
    centre = at(catalogue, licences=True).centre
    assert catalogue.opens_again(centre, now).date().isoformat() == opens


def test_a_practice_site_says_so_on_every_screen(visitor: Visitor) -> None:
    for name in ("start", "choose.en", "find", "category.identity", "service.NRB-02"):
        assert visitor.view.site.startswith("PRACTICE")
        visitor.tap(name)
    assert visitor.tap("language.sw").view.site.startswith("MAZOEZI")


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("closed", NoTicket.CLOSED),
        ("suspended", NoTicket.SUSPENDED),
        ("quota", NoTicket.QUOTA),
        ("no-counter", NoTicket.NO_COUNTER),
        ("of-a-newer-centre", NoTicket.CLOSED),
    ],
)
def test_a_refusal_of_the_centre_has_its_screen(reason: str, why: NoTicket) -> None:
    assert why_by_centre(reason) is why
