"""Edges of forms that cost a citizen something: each kind from a public bug, with its siblings."""

from __future__ import annotations

import pytest

from content.xforms.faults import AnswerRefused, AnswerUnusable
from content.xforms.limits import ROWS_MAX
from content.xforms.parse.reader import parse_form
from content.xforms.results import PageKind, Violation
from content.xforms.session.session import FormSession
from provisioning.clock import EAT
from provisioning.ids import SeededIds
from tests.content.xforms.bench import NOON, bind, inputs, open_form, session_of, value, xform
from tests.content.xforms.session.test_repeats_events import rows, setvalue

# Rows a lowered count takes away are kept aside with what was typed.

COUNTED = xform(
    '<n/><r jr:template=""><x/><made/></r><all/>',
    bind("/data/n", type="int") + bind("/data/all", calculate="join(' ', /data/r/x)")
    + bind("/data/r/made", calculate="once(uuid())"),
    inputs("n") + rows(inner=inputs("r/x"), count="/data/n"),
)  # fmt: skip


def typed(session, *texts, name="r"):
    for at, text in enumerate(texts, 1):
        session.set(f"/data/{name}[{at}]/x", text)


def test_a_count_lowered_by_a_slip_of_the_finger_gives_the_rows_back():
    session = open_form(COUNTED)
    session.set("/data/n", "3")
    typed(session, "A1", "B2", "C3")
    before = session.values()
    session.set("/data/n", "1")
    assert value(session, "/data/all") == "A1"
    assert b"B2" not in session.finalize().xml
    session.set("/data/n", "3")
    assert session.values() == before


def test_an_answer_to_a_row_that_went_is_refused_and_the_row_comes_back_as_it_was():
    """A screen that is late asks for a row the count took away."""
    session = open_form(COUNTED)
    session.set("/data/n", "2")
    typed(session, "A1", "B2")
    session.set("/data/n", "1")
    for late in ("/data/r[2]/x", "/data/r[2]", "/data/r[9]/x"):
        with pytest.raises(AnswerRefused):
            session.set(late, "late")
    session.set("/data/n", "2")
    assert value(session, "/data/all") == "A1 B2"


def test_rows_of_a_select_that_lost_all_its_ticks_come_back():
    body = (
        '<select ref="/data/n"><label>n</label><item><label>G</label><value>g</value></item>'
        "<item><label>K</label><value>k</value></item></select>"
    )
    body += rows(inner=inputs("r/x"), count="count-selected(/data/n)")
    session = open_form(xform('<n/><r jr:template=""><x/></r>', "", body))
    session.set("/data/n", "g k")
    typed(session, "goats", "cows")
    session.set("/data/n", "")
    assert "/data/r[1]/x" not in session.values()
    session.set("/data/n", "k")
    assert value(session, "/data/r[1]/x") == "goats"
    session.set("/data/n", "g k")
    assert value(session, "/data/r[2]/x") == "cows"


def test_rows_inside_rows_come_back_with_them_also_out_of_a_draft():
    inner = inputs("r/m") + rows("r/s", inputs("r/s/x"), count="../m")
    body = inputs("n") + rows(inner=inner, count="/data/n")
    xml = xform('<n/><r jr:template=""><m/><s jr:template=""><x/></s></r>', "", body)
    form = parse_form(xml)
    session = session_of(form)
    session.set("/data/n", "2")
    session.set("/data/r[2]/m", "2")
    session.set("/data/r[2]/s[2]/x", "deep")
    session.set("/data/r[2]/m", "1")
    session.set("/data/n", "1")
    again = FormSession(
        form, snapshot=session.snapshot(), now=lambda: NOON, tz=EAT, ids=SeededIds(2)
    )
    for each in (session, again):
        each.set("/data/n", "2")
        assert "/data/r[2]/s[2]/x" not in each.values()
        each.set("/data/r[2]/m", "2")
        assert value(each, "/data/r[2]/s[2]/x") == "deep"


# A fault that an answer causes is a refusal of that answer.


def test_an_absurd_count_is_refused_and_nothing_changes():
    session = open_form(COUNTED)
    session.set("/data/n", "2")
    typed(session, "A1", "B2")
    before = session.values()
    for absurd in ("20000", "254712345678"):
        with pytest.raises(AnswerRefused, match="more than 10000 rows"):
            session.set("/data/n", absurd)
        assert session.values() == before
    session.set("/data/n", "3")
    assert value(session, "/data/all") == "A1 B2 "


def test_a_place_that_cannot_hold_so_many_rows_says_how_many():
    session = FormSession(
        parse_form(COUNTED), now=lambda: NOON, tz=EAT, ids=SeededIds(1), rows_max=5
    )
    session.set("/data/n", "5")
    with pytest.raises(AnswerUnusable, match="more than 5 rows") as refused:
        session.set("/data/n", "6")
    assert refused.value.most == 5
    assert value(session, "/data/n") == "5"
    added = open_form(xform("<r><x/></r>", "", rows(inner=inputs("r/x"))))
    assert added.rows_max == ROWS_MAX


def test_no_row_is_added_beyond_what_a_place_can_hold():
    form = parse_form(xform("<r><x/></r>", "", rows(inner=inputs("r/x"))))
    session = FormSession(form, now=lambda: NOON, tz=EAT, ids=SeededIds(1), rows_max=2)
    session.add("/data/r")
    with pytest.raises(AnswerRefused, match="2 rows already"):
        session.add("/data/r")


def test_a_pattern_made_of_an_answer_that_cannot_be_run_is_refused():
    model = bind("/data/fits", calculate="regex('abc', /data/p)") + setvalue(
        "/data/seen", "xforms-value-changed", ""
    )
    body = (
        '<input ref="/data/p"><label>p</label>'
        f"{setvalue('/data/seen', 'xforms-value-changed', '/data/p')}</input>"
    )
    session = open_form(xform("<p>a.c</p><fits/><seen/>", model, body))
    assert value(session, "/data/fits") == "true"
    session.set("/data/p", "abc")
    for pattern in ("(", "(a)\\1"):
        with pytest.raises(AnswerRefused):
            session.set("/data/p", pattern)
        assert (value(session, "/data/p"), value(session, "/data/seen")) == ("abc", "abc")


def test_a_rule_that_cannot_be_run_is_a_rule_the_answer_breaks():
    model = bind("/data/a", constraint="regex(., /data/p)")
    session = open_form(xform("<p/><a/>", model, inputs("p", "a")))
    session.set("/data/a", "x")
    session.set("/data/p", "[")
    assert session.set("/data/a", "y").violation is Violation.CONSTRAINT
    assert [p.path for p in session.violations()] == ["/data/a"]
    session.set("/data/p", "y")
    assert session.violations() == []


# A repeat that does not apply is not asked for.


def prompts(session):
    return [page.path for page in session.pages() if page.kind is PageKind.REPEAT]


def test_a_repeat_that_does_not_apply_is_not_asked_for():
    inner = inputs("r/pt") + rows("r/s", inputs("r/s/lt"))
    model = bind("/data/r", relevant="/data/n > 5") + bind("/data/r/s", relevant="../pt = 'x'")
    record = '<n/><r jr:template=""><pt/><s jr:template=""><lt/></s></r><z/>'
    session = open_form(xform(record, model, inputs("n") + rows(inner=inner) + inputs("z")))
    session.set("/data/n", "3")
    assert prompts(session) == []
    session.set("/data/n", "9")
    assert prompts(session) == ["/data/r"]
    session.add("/data/r")
    assert prompts(session) == ["/data/r"]
    session.set("/data/r[1]/pt", "x")
    assert prompts(session) == ["/data/r[1]/s", "/data/r"]
    session.set("/data/n", "3")
    assert prompts(session) == []


def test_a_repeat_that_looks_at_its_rows_is_asked_for_as_a_new_row_would_be():
    session = open_form(xform("<r><x/></r>", "", rows(inner=inputs("r/x"))))
    assert prompts(session) == ["/data/r"]
    model = bind("/data/r", relevant="/data/more != 'no'")
    session = open_form(xform("<more/><r><x/></r>", model, inputs("more") + rows(inner="")))
    assert prompts(session) == ["/data/r"]
    session.set("/data/more", "no")
    assert prompts(session) == []


def test_a_repeat_in_a_group_that_does_not_apply_is_not_asked_for():
    body = f'<group ref="/data/g">{rows("g/r", inputs("g/r/x"))}</group>'
    model = bind("/data/g", relevant="/data/n = 1")
    session = open_form(xform("<n/><g><r><x/></r></g>", model, inputs("n") + body))
    assert prompts(session) == []
    session.set("/data/n", "1")
    assert prompts(session) == ["/data/g/r"]


# Shuffled choices keep their order.


def shuffled(element="select", ref="/data/a", nodeset="randomize(instance('l')/root/item)"):
    return (
        f'<{element} ref="{ref}"><label>a</label><itemset nodeset="{nodeset}">'
        f'<value ref="name"/><label ref="label"/></itemset></{element}>'
    )


ITEMS = "".join(f"<item><name>c{n}</name><label>C {n}</label></item>" for n in range(20))
LIST = f'<instance id="l"><root>{ITEMS}</root></instance>'


def order(session, path="/data/a"):
    return [choice.value for choice in session.node(path).choices]


def test_shuffled_choices_stay_where_they_are_while_a_citizen_ticks():
    xml = xform("<a/><x/>", LIST, shuffled() + inputs("x"))
    form = parse_form(xml)
    session = session_of(form, seed=7)
    first = order(session)
    assert first != sorted(first)
    for answer in ("c1", "c1 c2", ""):
        session.set("/data/a", answer)
        assert order(session) == first
    assert order(session_of(form, seed=8)) != first
    draft = session.snapshot()
    again = FormSession(form, snapshot=draft, now=lambda: NOON, tz=EAT, ids=SeededIds(1), seed=99)
    assert order(again) == first


def test_two_shuffled_questions_of_one_list_have_an_order_each():
    session = open_form(xform("<a/><b/>", LIST, shuffled() + shuffled(ref="/data/b")))
    assert order(session) != order(session, "/data/b")
    assert order(session, "/data/b") == order(session, "/data/b")


def test_a_shuffled_list_that_shrinks_still_keeps_its_order_between_looks():
    nodeset = "randomize(instance('l')/root/item[not(name = /data/x)])"
    session = open_form(xform("<a/><x/>", LIST, shuffled(nodeset=nodeset) + inputs("x")))
    session.set("/data/x", "c3")
    first = order(session)
    session.set("/data/a", "c4")
    assert order(session) == first
    assert "c3" not in first


# The name of a choice follows its list, the words of a choice its row.

TOWNS = (
    '<instance id="t"><root>'
    "<item><name>1</name><label>Old town</label><region>c</region></item>"
    "<item><name>2</name><label>Port</label><region>c</region></item>"
    "<item><name>1</name><label>Lake town</label><region>w</region></item></root></instance>"
)


def test_the_name_of_a_choice_follows_the_filter_of_its_list():
    model = TOWNS + bind("/data/pl/nm", calculate="jr:choice-name(../twn, ' /data/pl/twn ')")
    model += bind("/data/all", calculate="join(', ', /data/pl/nm)")
    nodeset = "instance('t')/root/item[region = /data/reg]"
    body = inputs("reg") + rows("pl", shuffled("select1", "/data/pl/twn", nodeset))
    session = open_form(xform("<reg/><pl><twn/><nm/></pl><all/>", model, body))
    session.set("/data/reg", "c")
    session.set("/data/pl[1]/twn", "1")
    session.add("/data/pl")
    session.set("/data/pl[2]/twn", "2")
    assert value(session, "/data/all") == "Old town, Port"
    session.set("/data/reg", "w")
    assert value(session, "/data/pl[1]/nm") == "Lake town"
    assert value(session, "/data/all") == "Lake town, "


def test_the_name_of_a_choice_follows_a_filter_outside_repeats_too():
    model = TOWNS + bind("/data/nm", calculate="jr:choice-name(/data/twn, '/data/twn')")
    nodeset = "instance('t')/root/item[region = /data/reg]"
    body = inputs("reg") + shuffled("select1", "/data/twn", nodeset)
    session = open_form(xform("<reg/><twn/><nm/>", model, body))
    session.set("/data/reg", "c")
    session.set("/data/twn", "1")
    assert value(session, "/data/nm") == "Old town"
    session.set("/data/reg", "w")
    assert value(session, "/data/nm") == "Lake town"


def test_values_in_the_words_of_a_choice_are_those_of_its_row():
    texts = (
        '<itext><translation lang="en"><text id="eat"><value>Eat <output value=" /data/p/crop "/>'
        '</value></text><text id="sell"><value>Sell <output value=" /data/p/crop "/></value></text>'
        "</translation></itext>"
        '<instance id="l"><root><item><name>eat</name><itextId>eat</itextId></item>'
        "<item><name>sell</name><itextId>sell</itextId></item></root></instance>"
    )
    select = (
        '<select1 ref="/data/p/why"><label>w</label><itemset nodeset="instance(\'l\')/root/item">'
        '<value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>'
    )
    body = rows("p", inputs("p/crop") + select)
    names = bind("/data/p/nm", calculate="jr:choice-name(../why, ' /data/p/why ')")
    session = open_form(xform("<p><crop/><why/><nm/></p>", texts + names, body))
    session.set("/data/p[1]/crop", "maize")
    session.add("/data/p")
    session.set("/data/p[2]/crop", "beans")
    for row, crop in ((1, "maize"), (2, "beans")):
        words = [choice.label for choice in session.node(f"/data/p[{row}]/why").choices]
        assert words == [f"Eat {crop}", f"Sell {crop}"]
    session.set("/data/p[2]/why", "sell")
    assert value(session, "/data/p[2]/nm") == "Sell beans"
    session.set("/data/p[2]/crop", "peas")
    assert value(session, "/data/p[2]/nm") == "Sell peas"


# A dash the compiler put where a translation was missing is no translation.


def worded(**texts):
    found = "".join(
        f'<translation lang="{language}">'
        + "".join(f'<text id="{name}"><value>{text}</value></text>' for name, text in said.items())
        + "</translation>"
        for language, said in texts.items()
    )
    return f"<itext>{found}</itext>"


ONE = '<input ref="/data/a"><label ref="jr:itext(\'q\')"/><hint ref="jr:itext(\'h\')"/></input>'


def test_a_missing_translation_shows_the_words_there_are():
    texts = worded(en={"q": "Cows?", "h": "Count"}, sw={"q": "-", "h": "Hesabu"})
    session = open_form(xform("<a/>", texts, ONE))
    session.language = "sw"
    assert (session.node("/data/a").label, session.node("/data/a").hint) == ("Cows?", "Hesabu")


def test_a_message_without_its_translation_shows_the_words_there_are():
    texts = worded(en={"q": "N", "h": "h", "m": "Too big"}, sw={"q": "N", "h": "h", "m": "-"})
    model = texts + bind("/data/a", constraint=". < 5", jr_constraintMsg="jr:itext('m')")
    session = open_form(xform("<a/>", model, ONE))
    session.language = "sw"
    assert session.set("/data/a", "9").message == "Too big"


def test_a_picture_without_its_words_in_one_language_keeps_both():
    texts = (
        '<itext><translation lang="en"><text id="q"><value>Cows?</value>'
        '<value form="image">jr://images/cow.png</value></text></translation>'
        '<translation lang="sw"><text id="q"><value>-</value>'
        '<value form="image">jr://images/ngombe.png</value></text></translation></itext>'
    )
    session = open_form(xform("<a/>", texts, ONE))
    session.language = "sw"
    state = session.node("/data/a")
    assert (state.label, state.media) == ("Cows?", (("image", "ngombe.png"),))


def test_a_dash_in_every_language_is_meant():
    texts = worded(en={"q": "-", "h": "h"}, sw={"q": "-", "h": "h"})
    assert open_form(xform("<a/>", texts, ONE)).node("/data/a").label == "-"


# Days added to a date.

DAYS = [
    ("date-time(decimal-date-time('2026-03-10') + 7)", "2026-03-17T00:00:00.000+03:00"),
    ("date-time(20000.5)", "2024-10-04T15:00:00.000+03:00"),
    (
        "date-time(decimal-date-time('2026-03-10T14:00:00.000+03:00') + 0.5)",
        "2026-03-11T02:00:00.000+03:00",
    ),
    (
        "date-time(decimal-date-time('2026-03-10T14:00:00.000+03:00') + 1)",
        "2026-03-11T14:00:00.000+03:00",
    ),
    ("date(decimal-date-time('2026-03-10'))", "2026-03-10"),
    ("date(decimal-date-time('2026-03-10') + 280)", "2026-12-15"),
    ("date(decimal-date-time('1960-01-01') + 1)", "1960-01-02"),
    ("date(decimal-date-time('2026-03-10') + 280) = date('2026-12-15')", "true"),
    ("date('2026-03-10' + 280)", "2026-12-15"),
    ("date(date('2020-02-29T22:30:00.000+03:00') + 1)", "2020-03-01"),
    ("date(date('2020-02-29T01:30:00.000+03:00') + 1)", "2020-03-01"),
    ("date-time('2020-02-29T22:30:00.000+03:00' + 1)", "2020-03-01T22:30:00.000+03:00"),
    ("date(now() + 1)", "2026-11-23"),
    ("'2020-02-29T22:30:00.000+03:00' - '2020-02-29T10:30:00.000+03:00'", "0.5"),
    ("int('2020-03-01T01:30:00.000+03:00' - '2020-02-29')", "1"),
    ("now() - today()", "0.5"),
    ("format-date(date-time(decimal-date-time(today()) + 7), '%Y-%m-%d')", "2026-11-29"),
]


@pytest.mark.parametrize(("expression", "stored"), DAYS)
def test_days_added_to_a_date_come_out_on_the_day(expression, stored):
    session = open_form(xform("<a/>", bind("/data/a", calculate=expression)))
    assert value(session, "/data/a") == stored


@pytest.mark.parametrize(
    "expression",
    ["decimal-date-time('2026-03-10') + 7", "date-time(decimal-date-time('2026-03-10') + 7)"],
)
def test_a_date_field_takes_the_day_of_a_number(expression):
    session = open_form(xform("<a/>", bind("/data/a", type="date", calculate=expression)))
    assert value(session, "/data/a") == "2026-03-17"


# Entities.


@pytest.mark.parametrize(("label", "count"), [("Baobab", 1), ("", 0), ("  ", 0)])
def test_nothing_is_created_without_a_name(label, count):
    record = (
        '<tree/><meta><instanceID/><entity dataset="trees" id="" create="1"><label/></entity>'
        "</meta>"
    )
    model = bind("/data/meta/entity/label", calculate="/data/tree")
    session = open_form(xform(record, model, inputs("tree")))
    session.set("/data/tree", label)
    assert len(session.finalize().entities) == count


# Rules that look from each row into all rows.

ROWS = "".join(f"<r><x>n{n % 3}</x><y>{n}</y><d/></r>" for n in range(1, 8))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(/data/r[x = current()/../x])", "3 2 2 3 2 2 3"),
        ("count(/data/r[current()/../x = x])", "3 2 2 3 2 2 3"),
        ("count(/data/r[x != current()/../x])", "4 5 5 4 5 5 4"),
        ("count(/data/r[y < current()/../y])", "0 1 2 3 4 5 6"),
        ("count(/data/r[current()/../y > y])", "0 1 2 3 4 5 6"),
        ("count(/data/r[y >= current()/../y and x = current()/../x])", "3 2 2 2 1 1 1"),
        ("sum(/data/r[position() < position(current()/..)]/y)", "0 1 3 6 10 15 21"),
        ("sum(/data/r[position() != position(current()/..)]/y)", "27 26 25 24 23 22 21"),
        ("sum(/data/r[position() = 2 or position() = last()]/y)", "9 9 9 9 9 9 9"),
        ("count(/data/r[position() = 2 and x = 'n2'])", "1 1 1 1 1 1 1"),
        ("count(/data/r[x = 'n1' and position() = 1])", "1 1 1 1 1 1 1"),
        ("count(/data/r[missing = ''])", "7 7 7 7 7 7 7"),
        ("count(/data/r[missing != ''])", "0 0 0 0 0 0 0"),
        ("count(/data/r[y = /data/r/y])", "1 1 1 1 1 1 1"),
        ("count(/data/r[y = instance('l')/root/item/v])", "2 2 2 2 2 2 2"),
        ("count(/data/r[y < instance('l')/root/item/v])", "4 4 4 4 4 4 4"),
        ("count(/data/r[y = 3.0])", "1 1 1 1 1 1 1"),
        ("count(/data/r[position() = true()])", "7 7 7 7 7 7 7"),
        ("count(/data/r[string-length(x) = 2])", "7 7 7 7 7 7 7"),
    ],
)
def test_a_rule_over_all_rows_gives_each_row_its_own(expression, expected):
    lists = "<instance id='l'><root><item><v>2</v></item><item><v>5</v></item></root></instance>"
    model = lists + bind("/data/r/y", type="int") + bind("/data/r/d", calculate=expression)
    session = open_form(xform(ROWS, model, rows(inner=inputs("r/x", "r/y"))))
    assert " ".join(value(session, f"/data/r[{n}]/d") for n in range(1, 8)) == expected
