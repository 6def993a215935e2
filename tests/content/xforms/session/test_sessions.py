"""Stories of one record: answers, relevance, drafts, languages, the submission."""

import re

import pytest
from lxml import etree

from content.xforms.faults import AnswerRefused, SnapshotRefused
from content.xforms.parse.reader import parse_form
from content.xforms.results import PageKind, Violation
from content.xforms.session.session import FormSession
from provisioning.clock import EAT
from provisioning.ids import SeededIds
from tests.content.xforms.bench import NOON, bind, inputs, open_form, session_of, value, xform

META = "<orx:meta><orx:instanceID/></orx:meta>"
UID = bind("/data/meta/instanceID", jr_preload="uid", type="string")


def person():
    return xform(
        "<name/><age/><adult/><g><id/></g>" + META,
        bind("/data/name", required="true()")
        + bind("/data/age", type="int", constraint=". >= 0 and . < 130", jr_constraintMsg="0-129")
        + bind("/data/adult", calculate="if(/data/age >= 18, 'yes', 'no')")
        + bind("/data/g", relevant="/data/adult = 'yes'")
        + UID,
        inputs("name", "age") + f'<group ref="/data/g">{inputs("g/id")}</group>',
    )


def test_a_hidden_group_keeps_its_answers_and_is_left_out_of_the_submission():
    session = open_form(person())
    session.set("/data/name", "Amina")
    session.set("/data/age", "30")
    session.set("/data/g/id", "123")
    session.set("/data/age", "3")
    assert not session.node("/data/g/id").relevant
    assert b"123" not in session.finalize().xml
    session.set("/data/age", "31")
    assert value(session, "/data/g/id") == "123"
    assert b"<id>123</id>" in session.finalize().xml


def test_an_answer_that_breaks_its_constraint_is_kept_and_told():
    session = open_form(person())
    result = session.set("/data/age", "200")
    assert (result.valid, result.violation, result.message) == (
        False,
        Violation.CONSTRAINT,
        "0-129",
    )
    assert value(session, "/data/age") == "200"
    assert [p.path for p in session.violations()] == ["/data/name", "/data/age"]


def test_a_blank_answer_passes_its_constraint():
    session = open_form(person())
    session.set("/data/age", "200")
    assert session.set("/data/age", None).valid


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        ("int", "007", "7"),
        ("int", "-3", "-3"),
        ("int", "254712345678", "254712345678"),
        ("decimal", "1.50", "1.5"),
        ("decimal", "3", "3"),
        ("date", "2026-11-22", "2026-11-22"),
        ("dateTime", "2026-11-22T10:30:00Z", "2026-11-22T13:30:00.000+03:00"),
        ("time", "14:30", "14:30:00.000+03:00"),
        ("string", "0712", "0712"),
        ("string", "  spaced ", "  spaced "),
        ("geopoint", "-1.29 36.82", "-1.29 36.82"),
        ("geopoint", "1 2 3 4", "1.0 2.0 3.0 4.0"),
    ],
)
def test_answers_are_stored_in_their_types_form(kind, text, stored):
    session = open_form(xform("<a/>", bind("/data/a", type=kind), inputs("a")))
    session.set("/data/a", text)
    assert value(session, "/data/a") == stored


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "abc"),
        ("int", "1.5"),
        ("decimal", "1,5"),
        ("decimal", "1e999"),
        ("date", "22/11/2026"),
        ("date", "2026-02-30"),
        ("time", "25:00"),
        ("dateTime", "yesterday"),
        ("geopoint", "north"),
    ],
)
def test_a_text_that_is_none_of_its_type_is_refused_and_changes_nothing(kind, text):
    session = open_form(xform("<a/>", bind("/data/a", type=kind), inputs("a")))
    with pytest.raises(AnswerRefused):
        session.set("/data/a", text)
    assert value(session, "/data/a") == ""


@pytest.mark.parametrize("path", ["/data/nothing", "/other/a", "data", "", "/data/g", "/data/a[2]"])
def test_a_path_that_leads_nowhere_is_refused(path):
    session = open_form(xform("<a/><g><b/></g>", "", inputs("a")))
    with pytest.raises(AnswerRefused):
        session.set(path, "x")


def test_a_draft_reopens_as_it_was_left():
    form = parse_form(person())
    session = session_of(form)
    session.set("/data/name", "Amina & <Otieno>")
    session.set("/data/age", "30")
    session.set("/data/g/id", "9")
    session.set("/data/age", "5")
    again = FormSession(
        form, snapshot=session.snapshot(), now=lambda: NOON, tz=EAT, ids=SeededIds(9)
    )
    assert again.values() == session.values()
    assert [n.relevant for n in again.nodes()] == [n.relevant for n in session.nodes()]
    again.set("/data/age", "40")
    assert value(again, "/data/g/id") == "9"
    assert again.finalize().instance_id == session.finalize().instance_id


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b'{"v":1}', b"\xff\xfe"])
def test_a_damaged_draft_is_refused(damage):
    form = parse_form(person())
    with pytest.raises(SnapshotRefused):
        FormSession(form, snapshot=damage, now=lambda: NOON, tz=EAT, ids=SeededIds())


def test_a_draft_of_another_version_is_refused():
    snapshot = open_form(person()).snapshot()
    other = parse_form(xform("<name/>"))
    with pytest.raises(SnapshotRefused, match="another version"):
        FormSession(other, snapshot=snapshot, now=lambda: NOON, tz=EAT, ids=SeededIds())


def test_every_cut_of_a_snapshot_is_refused_and_never_crashes():
    form = parse_form(person())
    whole = session_of(form).snapshot()
    for cut in range(len(whole) - 1):
        with pytest.raises(SnapshotRefused):
            FormSession(form, snapshot=whole[:cut], now=lambda: NOON, tz=EAT, ids=SeededIds())


def test_the_submission_is_openrosa_xml_with_a_version_4_id():
    session = open_form(person())
    session.set("/data/name", 'Ann "<&>" \x07 Otieno')
    finished = session.finalize()
    root = etree.fromstring(finished.xml)
    assert (root.tag, root.get("id"), root.get("version")) == ("data", "test", "7")
    assert root.findtext("name") == 'Ann "<&>"  Otieno'
    assert re.fullmatch(r"uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab].*", finished.instance_id)
    space = "{http://openrosa.org/xforms}"
    assert root.findtext(f"{space}meta/{space}instanceID") == finished.instance_id


def test_a_form_without_meta_still_submits_an_instance_id():
    session = open_form(xform("<a/>", "", inputs("a")))
    first, again = session.finalize(), session.finalize()
    assert first.instance_id.startswith("uuid:")
    assert first.xml == again.xml
    assert first.instance_id.encode() in first.xml


def test_finalising_twice_gives_the_same_bytes():
    session = open_form(person())
    session.set("/data/name", "A")
    assert session.finalize().xml == session.finalize().xml


def test_a_language_switch_changes_words_and_no_answers():
    itext = (
        '<itext><translation lang="English (en)" default="true()">'
        '<text id="q"><value>Hello <output value="/data/a"/></value><value form="image">'
        "jr://images/q.png</value></text><text id='m'><value>Only English</value></text></translation>"
        '<translation lang="Kiswahili (sw)"><text id="q"><value>Habari <output value="/data/a"/>'
        "</value></text></translation></itext>"
    )
    body = (
        '<input ref="/data/a"><label ref="jr:itext(\'q\')"/></input>'
        '<input ref="/data/b"><label ref="jr:itext(\'m\')"/></input>'
    )
    session = open_form(xform("<a>Amina</a><b/>", itext, body))
    assert session.languages == ["English (en)", "Kiswahili (sw)"]
    assert session.node("/data/a").label == "Hello Amina"
    assert session.node("/data/a").media == (("image", "q.png"),)
    session.language = "Kiswahili (sw)"
    assert session.node("/data/a").label == "Habari Amina"
    assert session.node("/data/b").label == "Only English"
    assert value(session, "/data/a") == "Amina"
    with pytest.raises(AnswerRefused, match="no language"):
        session.language = "Deutsch"


def test_messages_speak_the_language_of_the_session():
    itext = (
        '<itext><translation lang="English (en)" default="true()"><text id="x"><value>X</value>'
        '</text></translation><translation lang="Kiswahili (sw)"><text id="x"><value>X</value>'
        "</text></translation></itext>"
    )
    session = open_form(xform("<a/>", itext + bind("/data/a", required="true()"), inputs("a")))
    assert session.node("/data/a").message == "Please answer this question."
    session.language = "Kiswahili (sw)"
    assert session.node("/data/a").message == "Tafadhali jibu swali hili."


def test_pages_are_relevant_questions_in_order_with_field_lists_together():
    body = (
        inputs("a")
        + '<group ref="/data/g" appearance="field-list"><label>Both</label>'
        + inputs("g/b", "g/c")
        + "</group>"
        + inputs("d")
        + '<group ref="/data/r"><label>Rows</label><repeat nodeset="/data/r">'
        + inputs("r/x")
        + "</repeat></group>"
    )
    model = bind("/data/d", relevant="/data/a = 'yes'")
    session = open_form(xform("<a/><g><b/><c/></g><d/><r><x/></r>", model, body))
    shown = [(page.kind, page.path, page.questions) for page in session.pages()]
    assert shown == [
        (PageKind.QUESTION, "/data/a", ("/data/a",)),
        (PageKind.GROUP, "/data/g", ("/data/g/b", "/data/g/c")),
        (PageKind.QUESTION, "/data/r[1]/x", ("/data/r[1]/x",)),
        (PageKind.REPEAT, "/data/r", ()),
    ]
    session.set("/data/a", "yes")
    assert [page.path for page in session.pages()][2] == "/data/d"


def test_preloads_fill_a_new_record_and_end_is_stamped_at_the_end():
    record = "<start/><end/><today/><dev/><user/>"
    model = (
        bind("/data/start", type="dateTime", jr_preload="timestamp", jr_preloadParams="start")
        + bind("/data/end", type="dateTime", jr_preload="timestamp", jr_preloadParams="end")
        + bind("/data/today", type="date", jr_preload="date", jr_preloadParams="today")
        + bind("/data/dev", jr_preload="property", jr_preloadParams="deviceid")
        + bind("/data/user", jr_preload="property", jr_preloadParams="username")
    )
    session = open_form(xform(record, model), preload={"deviceid": "kiosk:7"})
    assert value(session, "/data/start") == "2026-11-22T12:00:00.000+03:00"
    assert value(session, "/data/today") == "2026-11-22"
    assert value(session, "/data/dev") == "kiosk:7"
    assert value(session, "/data/user") == ""
    assert value(session, "/data/end") == ""
    assert b"<end>2026-11-22T12:00:00.000+03:00</end>" in session.finalize().xml


def test_sessions_of_one_form_never_meet():
    form = parse_form(person())
    one, two = session_of(form, seed=1), session_of(form, seed=2)
    one.set("/data/name", "One")
    assert value(two, "/data/name") == ""
    assert one.finalize().instance_id != two.finalize().instance_id


def test_today_is_the_day_in_nairobi_whatever_the_clock_s_zone():
    from datetime import UTC, datetime

    late = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    model = bind("/data/a", calculate="today()") + bind("/data/b", calculate="now()")
    session = open_form(xform("<a/><b/>", model), now=late)
    assert value(session, "/data/a") == "2026-11-23"
    assert value(session, "/data/b") == "2026-11-23T00:30:00.000+03:00"
