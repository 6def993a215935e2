"""Visits in virtual time, at a real core over a real database: what a citizen may rely on."""

from __future__ import annotations

import pytest

from kiosk.case_reference import given_by, make_reference, origin_of
from kiosk.queue.numbering import service_day
from kiosk.queue.signed_code import read_ticket
from kiosk.simulation.audit.disk_search import search
from kiosk.ui_protocol.view import Activated, Scanned, Touched
from peripherals.printing.document import Document
from peripherals.printing.spool import JobState, Spool, move
from provisioning.clock import EAT
from sync.journal.audit import verify
from tests.kiosk.conftest import Visitor

STORED_PHONE = "733141592"
NAME, ID_NUMBER, PHONE, PLACE = "Zuhura Naliaka", "31415926", "0733 141 592", "Soko la Kibuye"


def home(visitor: Visitor, language: str = "en") -> Visitor:
    return visitor.tap("start", f"choose.{language}")


def to_service(visitor: Visitor) -> Visitor:
    return home(visitor).tap("find", "category.identity", "service.NRB-02")


def kinds(visitor: Visitor) -> list[str]:
    return [entry.kind for entry in visitor.kiosk.database.journal.entries()]


def slips(visitor: Visitor) -> list[Document]:
    spool = visitor.kiosk.counter.spool
    found = [spool.document(job.id) for job in spool.jobs()]
    return [each for each in found if each is not None]


def report_lost_id(visitor: Visitor) -> Visitor:
    home(visitor).tap("form", "form.police_abstract", "agree")
    visitor.type(NAME).tap("next").type(ID_NUMBER).tap("next").tap("choice.id", "next", "skip")
    visitor.date(2, 11, 2026).tap("next").type(PLACE).tap("next").type(PHONE).tap("next")
    return visitor.tap("answer", "next")


def test_four_touches_from_home_to_a_durable_ticket(visitor: Visitor) -> None:
    to_service(visitor).tap("take-ticket", "class.none")
    assert visitor.state == "ticket"
    assert visitor.number() == "A101"
    assert "ticket.issued" in kinds(visitor)
    [slip] = slips(visitor)
    assert "A101" in slip.text()
    assert "You pay nothing else." in slip.text()


def test_the_code_on_the_screen_is_signed_by_the_kiosk(visitor: Visitor) -> None:
    to_service(visitor).tap("take-ticket", "class.none")
    code = next(b.value for b in visitor.view.blocks if b.kind == "qr")
    public = visitor.node.keys.signing.public_key()
    claim = read_ticket(public, visitor.node.settings.node.site, code)
    assert claim is not None
    assert claim.label == "A101"
    assert claim.day == service_day(visitor.clock.now())
    assert read_ticket(public, "HC-002", code) is None


def test_a_double_tap_is_one_ticket(visitor: Visitor) -> None:
    to_service(visitor).tap("take-ticket")
    before = visitor.view.number
    for _ in range(3):
        visitor.kiosk.controller.send(Activated(before, "class.none"))
    assert kinds(visitor).count("ticket.issued") == 1
    assert visitor.state == "ticket"


def test_a_second_tap_aimed_at_the_screen_before_does_nothing(visitor: Visitor) -> None:
    home(visitor).tap("form", "form.police_abstract", "agree").type(NAME)
    number = visitor.view.number
    for _ in range(2):
        visitor.kiosk.controller.send(Activated(number, "next"))
    assert visitor.view.progress is not None
    assert visitor.view.progress.step == 2


def test_the_same_service_twice_in_a_visit_is_the_same_ticket(visitor: Visitor) -> None:
    to_service(visitor).tap("take-ticket", "class.none", "home")
    visitor.tap("find", "category.identity", "service.NRB-02", "take-ticket")
    assert visitor.state == "ticket"
    assert kinds(visitor).count("ticket.issued") == 1
    visitor.tap("home", "find", "category.tax", "service.KRA-01", "take-ticket", "class.elderly")
    assert visitor.number() == "F101"
    assert "You will be served first" in visitor.words()


def test_printed_is_said_only_after_proof(visitor: Visitor) -> None:
    spool: Spool = visitor.kiosk.counter.spool
    to_service(visitor).tap("take-ticket", "class.none")
    assert "printed" not in visitor.words().lower().replace("being printed", "")
    now = visitor.clock.now()
    for state in (JobState.SENDING, JobState.AWAIT_PROOF, JobState.PRINTED):
        [job] = spool.jobs()
        with spool.store.transaction() as tx:
            move(tx, job, state, now)
        visitor.wait(1)
        assert ("has been printed" in visitor.words()) == (state is JobState.PRINTED)


def test_unknown_paper_is_told_and_another_slip_is_marked_as_a_copy(visitor: Visitor) -> None:
    spool: Spool = visitor.kiosk.counter.spool
    to_service(visitor).tap("take-ticket", "class.none")
    for state in (JobState.SENDING, JobState.UNKNOWN):
        [job] = spool.jobs()
        with spool.store.transaction() as tx:
            move(tx, job, state, visitor.clock.now())
    visitor.wait(1)
    assert "not sure" in visitor.words()
    visitor.tap("print-again")
    first, second = spool.jobs()
    assert (first.copies, second.copies) == (0, 1), "a repeat is a copy from its first slip"
    assert first.subject == second.subject


def test_nobody_there_a_warning_then_a_full_wipe(visitor: Visitor) -> None:
    home(visitor).tap("find", "search").type(NAME)
    visitor.wait(59)
    assert visitor.view.countdown == 0
    visitor.wait(2)
    assert visitor.view.countdown == 29
    assert visitor.view.overlay_title == "Are you still there?"
    visitor.tap("more-time")
    assert visitor.view.countdown == 0
    assert NAME in visitor.words()
    visitor.wait(61).wait(30)
    assert visitor.state == "attract"
    assert NAME not in visitor.words()
    home(visitor).tap("find", "search")
    assert NAME not in visitor.words()
    assert kinds(visitor).count("visit.ended") == 1


def test_ten_times_more_time(visitor: Visitor) -> None:
    home(visitor)
    for _ in range(10):
        visitor.wait(75)
        assert visitor.view.countdown
        visitor.tap("more-time")
    assert visitor.state == "home"


def test_under_the_warning_nothing_else_can_be_touched(visitor: Visitor) -> None:
    home(visitor).wait(65)
    visitor.kiosk.controller.send(Activated(visitor.view.number, "find"))
    visitor.kiosk.controller.send(Touched())
    assert visitor.state == "home"
    assert visitor.view.countdown
    visitor.tap("end-now")
    assert visitor.state == "goodbye"


def test_goodbye_leaves_by_itself(visitor: Visitor) -> None:
    home(visitor, "sw").tap("stop")
    assert visitor.view.language == "sw", "the goodbye is still in the citizen's language"
    visitor.wait(11)
    assert visitor.state == "attract"
    assert visitor.view.language == "en"


def test_a_form_to_its_sealed_receipt(visitor: Visitor) -> None:
    report_lost_id(visitor)
    assert visitor.state == "review"
    assert "•••••926" in visitor.words(), "an ID number is masked once it is entered"
    assert ID_NUMBER not in visitor.words()
    visitor.tap("submit")
    assert visitor.state == "submitted"
    assert visitor.number().startswith("NPS-")
    assert "Not yet approved" in visitor.words()
    assert kinds(visitor)[-2:] == ["capsule.opened", "form.submitted"]
    assert NAME not in slips(visitor)[-1].text()
    assert verify(visitor.kiosk.database.store, visitor.node.name).first_bad is None


def test_nothing_typed_stands_in_any_file(visitor: Visitor) -> None:
    report_lost_id(visitor).tap("submit", "rate", "face.5", "words").type(f"Asante {NAME}")
    visitor.tap("send", "home", "feedback", "kind.bribe").type("Aliniomba hongo huko Kibuye")
    visitor.tap("send")
    typed = [
        NAME,
        ID_NUMBER,
        PHONE,
        STORED_PHONE,
        PLACE,
        f"Asante {NAME}",
        "Aliniomba hongo huko Kibuye",
    ]
    assert not list(search(visitor.node.dir, typed))


def test_a_draft_is_noise_while_the_form_is_open_and_gone_when_it_ends(visitor: Visitor) -> None:
    store = visitor.kiosk.database.store
    home(visitor).tap("form", "form.police_abstract", "agree").type(NAME).tap("next")
    assert store.one("SELECT count(*) FROM draft") == (1,)
    assert not list(search(visitor.node.dir, [NAME]))
    visitor.wait(95)
    assert visitor.state == "attract"
    assert store.one("SELECT count(*) FROM draft") == (0,)


def test_change_on_the_review_comes_back_to_the_review(visitor: Visitor) -> None:
    report_lost_id(visitor).tap("change.full_name")
    assert visitor.state == "question"
    visitor.type("Halima Abdi").tap("next")
    assert visitor.state == "review"
    assert "Halima Abdi" in visitor.words()


def test_a_wrong_answer_is_kept_with_the_reason_in_the_language_of_the_screen(
    visitor: Visitor,
) -> None:
    home(visitor).tap("form", "form.police_abstract", "agree").type(NAME).tap("next")
    visitor.type("12").tap("next")
    assert "must be 7 or 8 digits, for example" in visitor.words()
    field = next(each for each in visitor.view.elements if each.id == "answer")
    assert (field.value, bool(field.error)) == ("12", True)
    visitor.tap("language.sw")
    assert "tarakimu 7 au 8, kwa mfano" in visitor.words()
    assert next(e for e in visitor.view.elements if e.id == "answer").value == "12"
    visitor.type(ID_NUMBER).tap("next")
    assert visitor.view.progress is not None
    assert visitor.view.progress.step == 3


def test_an_impossible_date_is_refused(visitor: Visitor) -> None:
    home(visitor).tap("form", "form.police_abstract", "agree").type(NAME).tap("next").tap("skip")
    visitor.tap("choice.sim", "next", "skip").date(31, 2, 2026).tap("next")
    assert "Enter a real date" in visitor.words()
    visitor.date(28, 2, 2026).tap("next")
    assert "Enter a real date" not in visitor.words()


def test_no_consent_still_leads_to_a_ticket_and_keeps_nothing(visitor: Visitor) -> None:
    home(visitor).tap("form", "form.police_abstract", "refuse")
    assert visitor.state == "priority"
    visitor.tap("class.none")
    assert visitor.number() == "C101"
    assert visitor.kiosk.database.store.one("SELECT count(*) FROM draft") == (0,)


def test_language_switches_everywhere_and_loses_no_answer(visitor: Visitor) -> None:
    report_lost_id(visitor)
    english = visitor.view.title
    visitor.tap("language.sw")
    assert visitor.view.title != english
    assert NAME in visitor.words()
    visitor.tap("back", "back").tap("language.en")
    assert PHONE in visitor.words()


def test_back_walks_the_way_back(visitor: Visitor) -> None:
    home(visitor).tap("find", "search").type("lost id").tap("service.NRB-02")
    assert visitor.tap("back").state == "search"
    assert "NRB-02" in "".join(visitor.ids())
    assert visitor.tap("back", "back").state == "home"


def test_a_page_is_remembered_on_the_way_back(visitor: Visitor) -> None:
    home(visitor).tap("find", "page.next")
    page = visitor.view.page
    visitor.tap("category.health", "back")
    assert visitor.view.page == page == (2, 3)


def test_calling_staff_is_a_fact_and_the_visit_goes_on(visitor: Visitor) -> None:
    home(visitor).tap("form", "form.lost_id", "agree").type(NAME).tap("call-staff")
    assert visitor.state == "staff-called"
    assert kinds(visitor)[-1] == "staff.called"
    visitor.tap("done")
    assert visitor.state == "question"
    assert NAME in visitor.words()


def test_looks_follow_the_visit_and_end_with_it(visitor: Visitor) -> None:
    home(visitor).tap("text-size", "theme", "listen")
    assert (visitor.view.text_scale, visitor.view.theme) == (1.25, "night")
    assert visitor.view.speech[0].text == visitor.view.title
    visitor.tap("stop").tap("done")
    assert (visitor.view.text_scale, visitor.view.theme) == (1.0, "light")
    assert visitor.view.speech == ()


def test_the_idle_warning_is_said_once_however_it_counts(visitor: Visitor) -> None:
    home(visitor).tap("listen").wait(61)
    assert visitor.view.countdown
    said = visitor.view.speech
    assert said[0].text == "Are you still there?"
    again = visitor.wait(5).view.speech
    assert [each.text for each in again if each.kind == "text"] == [
        each.text for each in said if each.kind == "text"
    ]


def test_what_is_said_is_in_words_and_nothing_masked_is_said(visitor: Visitor) -> None:
    home(visitor).tap("listen", "help", "staff").type("1234")
    assert visitor.state == "staff-pin"
    assert not any("1" in part.text for part in visitor.view.spoken["answer"])
    visitor.tap("back", "back", "language.sw", "find", "search").type("KSh 1,000")
    assert "shilingi 1000" in [each.text for each in visitor.view.spoken["query"]]
    visitor.tap("listen", "sound.off")
    assert visitor.view.spoken == {}


def unknown(rest: bytes) -> str:
    """A reference that another kiosk of this van may have given."""
    return make_reference("NRB", origin_of("VAN-1", 9), 86_400, rest)


def ask(visitor: Visitor, reference: str) -> str:
    """What the kiosk says of a reference."""
    return visitor.tap("home", "status").type(reference).tap("next").words()


def test_status_is_honest_about_what_this_kiosk_knows(visitor: Visitor) -> None:
    report_lost_id(visitor).tap("submit")
    reference = visitor.number()
    assert "Saved on this kiosk" in ask(visitor, f" {reference.lower()} ")
    assert "knows nothing yet" in ask(visitor, unknown(b"\1\2\3\4"))


def test_no_two_references_are_the_same_even_in_one_second(visitor: Visitor) -> None:
    given = []
    for kind in ("idea", "praise"):
        home(visitor).tap("feedback", f"kind.{kind}", "words").type("More chairs").tap("send")
        given.append(reference_on(visitor))
        visitor.tap("done", "done")
    visitor.clock.jump(seconds=-3_600)  # a clock set back changes nothing
    home(visitor).tap("feedback", "kind.idea", "words").type("More chairs").tap("send")
    given.append(reference_on(visitor))
    told = [given_by(each) for each in given]
    assert [each[0] for each in told if each] == [origin_of("VAN-1", 1)] * 3
    seconds = [each[1] for each in told if each]
    assert seconds == sorted(set(seconds))


@pytest.mark.parametrize("kind", ["praise", "idea", "complaint", "bribe"])
def test_words_have_a_slip_and_the_status_screen_knows_them(visitor: Visitor, kind: str) -> None:
    home(visitor).tap("feedback", f"kind.{kind}", "words").type("At counter 4").tap("send")
    reference = reference_on(visitor)
    spool = visitor.kiosk.counter.spool
    [job] = [each for each in spool.jobs() if each.kind == "receipt"]
    assert job.label == reference
    visitor.tap("done", "done")
    assert "Saved on this kiosk" in ask(home(visitor).tap("help"), reference)


def reference_on(visitor: Visitor) -> str:
    """The reference on the screen that says thank you."""
    return next(b.text for b in visitor.view.blocks if "reference" in b.text).split()[-1]


def test_a_reference_of_another_place_is_sent_there(visitor: Visitor) -> None:
    other = make_reference("NRB", origin_of("HC-013", 1), 86_400, b"1234")
    assert "given at another place" in ask(home(visitor).tap("help"), other)


def test_a_slip_of_the_pen_in_a_reference_is_told_at_once(visitor: Visitor) -> None:
    home(visitor).tap("status").type("NRB-000000-00").tap("next")
    assert visitor.state == "status"
    assert "Check it" in visitor.words()
    visitor.type(unknown(b"\0\0\0\0")).tap("next")
    assert visitor.state == "status-answer"


def test_who_guesses_references_is_sent_to_a_person(visitor: Visitor) -> None:
    report_lost_id(visitor).tap("submit")
    mine = visitor.number()
    for guess in range(5):
        assert "knows nothing yet" in ask(visitor, unknown(bytes([9, 9, 9, guess])))
    assert "Ask staff" in ask(visitor, mine)
    assert visitor.state == "status"


def test_a_scanned_reference_fills_the_field(visitor: Visitor) -> None:
    home(visitor).tap("status")
    visitor.kiosk.controller.send(Scanned("NRB-7K3MQ2-29"))
    assert "NRB-7K3MQ2-29" in visitor.words()


def test_ticks_count_what_is_missing_and_print(visitor: Visitor) -> None:
    to_service(visitor).tap("need.id_no", "need.id_copy")
    assert "You still need: 2" in visitor.words()
    visitor.tap("print-list", "print-list")
    [slip] = slips(visitor)
    assert slip.text().count("Police abstract") == 1


def test_a_fault_is_a_calm_screen_with_a_code(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.queue.faults import QueueFault
    from kiosk.ticketing.issuer import TicketIssuer

    def refuse(*_: object) -> None:
        raise QueueFault("The queue is closed.")

    monkeypatch.setattr(TicketIssuer, "issue", refuse)
    to_service(visitor).tap("take-ticket", "class.none")
    assert visitor.state == "unavailable"
    assert "50" in visitor.words()
    assert "closed" not in visitor.words(), "the sentence is for staff, not for the citizen"
    visitor.tap("done")
    assert visitor.state == "home"


def test_a_van_is_not_closed_by_the_hours_of_a_centre(visitor: Visitor) -> None:
    local = visitor.clock.now().astimezone(EAT)
    assert (local.weekday(), local.hour) == (0, 8)
    assert "closed now" not in home(visitor).words()
    visitor.tap("stop", "done")
    visitor.clock.advance(seconds=15 * 3600)
    assert "closed now" not in home(visitor).words()
    visitor.tap("ticket", "category.identity", "service.NRB-02", "take-ticket", "class.none")
    assert visitor.state == "ticket"


def test_the_checklist_of_a_county_says_whom_to_write_to(visitor: Visitor) -> None:
    counter = visitor.kiosk.counter
    service = counter.catalogue.service("KTU-01")
    slip = counter.receipts.checklist(service, frozenset(), "en").text()
    for line in ("Chief officer", "County Executive Committee Member", "Tel + 254 702615888"):
        assert line in slip


def complain(visitor: Visitor, about: str, kind: str) -> Visitor:
    """The complaint form, anonymous, up to its reference."""
    home(visitor).tap("form")
    while "form.complaint" not in visitor.ids():
        visitor.tap("page.next")
    visitor.tap("form.complaint", "agree")
    for wanted in (f"choice.{about}", "skip", f"choice.{kind}"):
        while wanted not in visitor.ids():
            visitor.tap("page.next")
        assert wanted != "choice.asked_bribe" or "EACC 1551" in str(visitor.view)
        visitor.tap(wanted)
        if wanted != "skip":
            visitor.tap("next")
    visitor.type("At counter 4").tap("next", "skip", "skip", "choice.no", "next")
    return visitor.tap("submit")


@pytest.mark.parametrize(
    ("about", "kind", "office"),
    [
        ("NRB", "asked_bribe", "EACC"),
        ("NRB", "rude_staff", "HUDUMA"),
        ("HUDUMA", "rude_staff", "CAJ"),
    ],
)
def test_a_complaint_form_goes_where_the_quick_path_goes(
    visitor: Visitor, about: str, kind: str, office: str
) -> None:
    complain(visitor, about, kind)
    assert visitor.number().startswith(f"{office}-")
    [entry] = [e for e in visitor.kiosk.database.journal.entries() if e.kind == "form.submitted"]
    assert entry.audience == f"agency:{office}"


def test_who_reports_a_bribe_is_told_who_reads_it_and_whom_to_call(visitor: Visitor) -> None:
    home(visitor).tap("feedback", "kind.bribe")
    assert "EACC 1551" in visitor.words()
    assert "0800 221 349" in visitor.words()
    visitor.tap("words").type("At counter 4").tap("send")
    assert reference_on(visitor).startswith("EACC-")


def test_a_bribe_at_the_commission_goes_to_the_ombudsman(visitor: Visitor) -> None:
    home(visitor)
    visitor.kiosk.controller.session.service = "EACC-01"
    visitor.tap("feedback", "kind.bribe", "words").type("At counter 4").tap("send")
    assert reference_on(visitor).startswith("CAJ-")
