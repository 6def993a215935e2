"""Lessons of other people's forms: each rule here was once answered wrongly, on a form of ours."""

from datetime import datetime

import pytest

from provisioning.clock import EAT
from tests.content.xforms.bench import bind, inputs, open_form, value, xform

CHOICES = (
    "<item><label>{}</label><value>a</value></item><item><label>B</label><value>b</value></item>"
)


@pytest.mark.parametrize("kind", ["string", "int", "decimal", "boolean", "select1"])
def test_a_calculated_truth_stays_one_in_a_node_of_any_type(kind):
    model = (
        bind("/data/t", type=kind, calculate="/data/a = 'x'")
        + bind("/data/shown", relevant="/data/t")
        + bind("/data/said", calculate="if(/data/t, 'yes', 'no')")
    )
    session = open_form(xform("<a/><t/><shown/><said/>", model, inputs("a", "shown")))
    assert (session.node("/data/shown").relevant, value(session, "/data/said")) == (False, "no")
    session.set("/data/a", "x")
    assert (session.node("/data/shown").relevant, value(session, "/data/said")) == (True, "yes")
    assert value(session, "/data/t") == ("1" if kind in {"int", "decimal"} else "true")


def test_the_word_false_that_somebody_typed_is_a_word():
    session = open_form(
        xform("<a/><shown/>", bind("/data/shown", relevant="/data/a"), inputs("a", "shown"))
    )
    session.set("/data/a", "false")
    assert session.node("/data/shown").relevant


@pytest.mark.parametrize(
    ("years", "born"), [("0", "2026-11-22"), ("4", "2022-11-22"), ("10", "2016-11-21")]
)
@pytest.mark.parametrize("hour", [0, 2, 12, 23])
def test_years_taken_from_today_count_from_today_at_any_hour(years, born, hour):
    source = "format-date-time(decimal-date-time(today()) - (365.25 * /data/age), '%Y-%m-%d')"
    form = xform("<age/><born/>", bind("/data/born", calculate=source), inputs("age"))
    session = open_form(form, now=datetime(2026, 11, 22, hour, 30, tzinfo=EAT))
    session.set("/data/age", years)
    assert value(session, "/data/born") == born


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("20778.9, '%Y-%m-%d %H:%M'", "2026-11-22 00:36"),
        ("20779, '%Y-%m-%d %H:%M'", "2026-11-22 00:00"),
        ("-0.5, '%Y-%m-%d %H:%M'", "1969-12-31 15:00"),
        ("1e300, '%Y'", ""),
        ("'20778.9', '%e'", "22"),
    ],
)
def test_a_number_of_days_is_a_day_and_with_a_fraction_a_moment(source, shown):
    source = source.replace("1e300", "pow(10, 300)")
    session = open_form(xform("<c/>", bind("/data/c", calculate=f"format-date({source})")))
    assert value(session, "/data/c") == shown


def test_an_action_that_belongs_to_no_question_does_not_run():
    action = '<setvalue ref="/data/a" event="odk-instance-first-load">set</setvalue>'
    assert value(open_form(xform("<a/>", "", action + inputs("a"))), "/data/a") == ""
    assert value(open_form(xform("<a/>", action, inputs("a"))), "/data/a") == "set"


def test_a_value_that_is_there_but_empty_blanks_the_target():
    blank = '<setvalue ref="/data/b" event="xforms-value-changed" value="">ignored</setvalue>'
    body = f'<input ref="/data/a"><label>a</label>{blank}</input>' + inputs("b")
    session = open_form(xform("<a/><b>before</b>", "", body))
    session.set("/data/a", "1")
    assert value(session, "/data/b") == ""


def test_a_row_is_called_what_the_group_around_its_repeat_is_called():
    body = (
        '<group ref="/data/r"><label>Child of <output value="/data/a"/></label>'
        f'<repeat nodeset="/data/r">{inputs("r/x")}</repeat></group>'
    )
    session = open_form(xform("<a/><r><x/></r>", "", inputs("a") + body))
    session.set("/data/a", "Amina")
    assert session.node("/data/r[1]").label == "Child of Amina"


@pytest.mark.parametrize("path", ["/data/q", "../q", " /data/q "])
def test_a_choice_that_is_called_otherwise_now_is_read_again(path):
    body = inputs("a") + (
        '<select1 ref="/data/q"><label>q</label>'
        + CHOICES.format('In <output value="/data/a"/>')
        + "</select1>"
    )
    model = bind("/data/c", calculate=f"jr:choice-name(/data/q, '{path}')")
    session = open_form(xform("<a/><q/><c/>", model, body))
    session.set("/data/a", "Siaya")
    session.set("/data/q", "a")
    session.set("/data/a", "Busia")
    assert value(session, "/data/c") == "In Busia"


def test_a_translated_choice_that_is_called_otherwise_now_is_read_again():
    model = (
        '<itext><translation lang="en"><text id="t"><value>In <output value="/data/a"/></value>'
        "</text></translation></itext>"
        '<instance id="l"><root><item><name>a</name><itextId>t</itextId></item></root></instance>'
        + bind("/data/c", calculate="jr:choice-name(/data/q, '/data/q')")
        + bind("/data/d", calculate="jr:itext('t')")
    )
    body = inputs("a") + (
        '<select1 ref="/data/q"><label>q</label><itemset nodeset="instance(\'l\')/root/item">'
        '<value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>'
    )
    session = open_form(xform("<a/><q/><c/><d/>", model, body))
    session.set("/data/q", "a")
    session.set("/data/a", "Busia")
    assert value(session, "/data/c") == value(session, "/data/d") == "In Busia"


def test_words_that_say_the_calculation_itself_are_no_circle():
    body = (
        '<select1 ref="/data/q"><label>q</label>'
        + CHOICES.format('Was <output value="/data/c"/>')
        + "</select1>"
    )
    model = bind("/data/c", calculate="string-length(jr:choice-name(/data/q, '/data/q'))")
    session = open_form(xform("<q/><c/>", model, body))
    session.set("/data/q", "a")
    assert value(session, "/data/c") == "5"


def test_nothing_is_recorded_and_no_place_is_made_up():
    actions = (
        '<odk:recordaudio ref="/data/sound" event="odk-instance-load"/>'
        '<odk:setgeopoint ref="/data/place" event="odk-instance-first-load"/>'
    )
    model = bind("/data/place", type="geopoint") + actions
    session = open_form(xform("<sound/><place/>", model))
    assert value(session, "/data/sound") == value(session, "/data/place") == ""


TWO_LANGUAGES = (
    '<itext><translation lang="English (en)" default="true()"><text id="t"><value>D</value></text>'
    '</translation><translation lang="{}"><text id="t"><value>S</value></text></translation></itext>'
)


@pytest.mark.parametrize("name", ["Kiswahili (sw)", "sw", "Swahili", "kiswahili", "Lugha (sw-KE)"])
def test_months_and_days_are_named_in_kiswahili_to_who_reads_kiswahili(name):
    model = TWO_LANGUAGES.format(name) + bind(
        "/data/c", calculate="format-date('2020-08-05', '%a %e %b %Y')"
    )
    session = open_form(xform("<c/>", model))
    assert value(session, "/data/c") == "Wed 5 Aug 2020"
    session.language = name
    assert value(session, "/data/c") == "Jumatano 5 Ago 2020"
    session.language = "English (en)"
    assert value(session, "/data/c") == "Wed 5 Aug 2020"


@pytest.mark.parametrize("name", ["Dholuo (luo)", "Swati (ss)", "Deutsch (de)"])
def test_other_languages_keep_the_english_names(name):
    model = TWO_LANGUAGES.format(name) + bind(
        "/data/c", calculate="format-date('2020-08-05', '%a %e %b %Y')"
    )
    session = open_form(xform("<c/>", model))
    session.language = name
    assert value(session, "/data/c") == "Wed 5 Aug 2020"
