"""Stories of rows, events, entities and lists that last."""

import pytest

from content.form_library.sqlite_choice_tables import SqliteTables
from content.xforms.faults import AnswerRefused, EvaluationFault, FormRefused
from content.xforms.lists.choice_tables import MemoryTables
from content.xforms.lists.lists import NodeList, document_of, node_tree
from content.xforms.parse.reader import parse_form
from content.xforms.results import PageKind
from content.xforms.session.session import FormSession
from content.xforms.xml import parse_xml
from provisioning.clock import EAT
from provisioning.ids import SeededIds
from tests.content.xforms.bench import NOON, bind, inputs, open_form, session_of, value, xform


def rows(name="r", inner="", count="", extra=""):
    counted = f' jr:count="{count}"' if count else ""
    return f'<group ref="/data/{name}"><label>R</label><repeat nodeset="/data/{name}"{counted}{extra}>{inner}</repeat></group>'


def setvalue(target, event, source, text=""):
    worth = f' value="{source}"' if source else ""
    return f'<setvalue ref="{target}" event="{event}"{worth}>{text}</setvalue>'


def test_a_template_is_no_row_and_gives_new_rows_their_defaults():
    record = '<r jr:template=""><x>seven</x></r><n/>'
    session = open_form(
        xform(record, bind("/data/n", calculate="count(/data/r)"), rows(inner=inputs("r/x")))
    )
    assert value(session, "/data/n") == "0"
    assert session.add("/data/r") == "/data/r[1]"
    assert value(session, "/data/r[1]/x") == "seven"
    assert value(session, "/data/n") == "1"
    assert b"template" not in session.finalize().xml


def test_a_deleted_middle_row_renumbers_the_others():
    model = bind("/data/r/p", calculate="position(..)")
    session = open_form(xform("<r><x/><p/></r>", model, rows(inner=inputs("r/x"))))
    for text in "abc":
        if text != "a":
            session.add("/data/r")
        session.set(f"/data/r[{'abc'.index(text) + 1}]/x", text)
    session.remove("/data/r[2]")
    found = {k: v for k, v in session.values().items() if "/r" in k}
    assert found == {
        "/data/r[1]/x": "a", "/data/r[1]/p": "1", "/data/r[2]/x": "c", "/data/r[2]/p": "2",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/data/x", "/data", "/data/r/x", "/data/zz", "/data/r[9]", "r"])
def test_rows_cannot_be_added_or_removed_where_there_is_no_repeat(path):
    session = open_form(xform("<x/><r><x/></r>", "", inputs("x") + rows(inner=inputs("r/x"))))
    if path != "/data/r[9]":
        with pytest.raises(AnswerRefused):
            session.add(path)
    with pytest.raises(AnswerRefused):
        session.remove(path)


def test_counted_rows_belong_to_the_form():
    body = inputs("n") + rows(inner=inputs("r/x"), count="/data/n")
    session = open_form(xform('<n/><r jr:template=""><x/></r>', bind("/data/n", type="int"), body))
    session.set("/data/n", "3")
    assert [p.path for p in session.pages()] == ["/data/n"] + [f"/data/r[{i}]/x" for i in (1, 2, 3)]
    session.set("/data/r[3]/x", "last")
    session.set("/data/n", "1")
    assert "/data/r[2]/x" not in session.values()
    with pytest.raises(AnswerRefused):
        session.add("/data/r")
    with pytest.raises(AnswerRefused):
        session.remove("/data/r[1]")


def test_editing_one_row_never_reaches_another():
    model = (
        bind("/data/r/y", relevant="../x = 'yes'")
        + bind("/data/r/c", calculate="concat(../x, '!')")
        + bind("/data/r/y", relevant="../x = 'yes'", required="../x = 'yes'")
    )
    session = open_form(xform("<r><x/><y/><c/></r>", model, rows(inner=inputs("r/x", "r/y"))))
    session.add("/data/r")
    session.set("/data/r[2]/x", "yes")
    assert not session.node("/data/r[1]/y").relevant
    assert session.node("/data/r[2]/y").required
    assert (value(session, "/data/r[1]/c"), value(session, "/data/r[2]/c")) == ("!", "yes!")


def test_rows_three_deep_see_their_own_ancestors():
    record = "<a><n/><b><n/><c><n/><all/></c><t/></b><t/></a><t/>"
    model = (
        bind("/data/a/b/c/all", calculate="concat(../../../n, '.', ../../n, '.', ../n)")
        + bind("/data/a/b/t", calculate="count(../c)")
        + bind("/data/a/t", calculate="count(../b/c)")
        + bind("/data/t", calculate="count(/data/a/b/c)")
    )
    body = rows(
        "a", inputs("a/n") + rows("a/b", inputs("a/b/n") + rows("a/b/c", inputs("a/b/c/n")))
    )
    session = open_form(xform(record, model, body))
    session.add("/data/a")
    session.add("/data/a[1]/b") if "/data/a[1]/b[1]/n" in session.values() else None
    session.set("/data/a[1]/n", "A")
    session.set("/data/a[1]/b[2]/n", "B2")
    session.add("/data/a[1]/b[2]/c")
    session.set("/data/a[1]/b[2]/c[2]/n", "C2")
    assert value(session, "/data/a[1]/b[2]/c[2]/all") == "A.B2.C2"
    assert value(session, "/data/a[1]/b[1]/c[1]/all") == "A.."
    total = int(value(session, "/data/t"))
    session.remove("/data/a[1]/b[1]")
    assert int(value(session, "/data/t")) == total - 1
    assert value(session, "/data/a[1]/b[1]/c[2]/all") == "A.B2.C2"


def test_a_draft_keeps_its_rows():
    form = parse_form(xform("<r><x/></r>", "", rows(inner=inputs("r/x"))))
    session = session_of(form)
    session.add("/data/r")
    session.set("/data/r[2]/x", "two")
    again = FormSession(
        form, snapshot=session.snapshot(), now=lambda: NOON, tz=EAT, ids=SeededIds(3)
    )
    assert again.values() == session.values()
    again.add("/data/r")
    assert value(again, "/data/r[3]/x") == ""


def test_first_load_actions_run_once_per_record_and_not_on_a_draft():
    model = setvalue("/data/a", "odk-instance-first-load", "concat('made ', now())")
    model += setvalue("/data/b", "odk-instance-first-load odk-instance-load", "uuid()")
    form = parse_form(xform("<a/><b/>", model, inputs("a", "b")))
    session = session_of(form)
    first_a, first_b = value(session, "/data/a"), value(session, "/data/b")
    assert first_a.startswith("made 2026-11-22T12:00")
    again = FormSession(
        form, snapshot=session.snapshot(), now=lambda: NOON, tz=EAT, ids=SeededIds(8)
    )
    assert value(again, "/data/a") == first_a
    assert value(again, "/data/b") != first_b


def test_value_changed_fires_only_on_a_real_change():
    inner = f"<label>a</label>{setvalue('/data/n', 'xforms-value-changed', '/data/n + 1')}"
    body = f'<input ref="/data/a">{inner}</input>'
    session = open_form(xform("<a/><n>0</n>", bind("/data/n", type="int"), body))
    session.set("/data/a", "x")
    session.set("/data/a", "x")
    assert value(session, "/data/n") == "1"
    session.set("/data/a", None)
    assert value(session, "/data/n") == "2"


def test_actions_that_fire_each_other_come_to_an_end():
    def question(name, target):
        return f'<input ref="/data/{name}"><label>q</label>{setvalue(f"/data/{target}", "xforms-value-changed", f"/data/{target} + 1")}</input>'

    record, model = "<a>0</a><b>0</b>", bind("/data/a", type="int") + bind("/data/b", type="int")
    session = open_form(xform(record, model, question("a", "b") + question("b", "a")))
    session.set("/data/a", "5")
    assert int(value(session, "/data/a")) > 5


def test_new_row_actions_run_before_the_rows_calculations_and_only_in_it():
    inner = inputs("r/x") + setvalue("/data/r/x", "odk-new-repeat", "position(..)")
    model = bind("/data/r/y", calculate="../x * 10") + bind("/data/r/x", type="int")
    session = open_form(
        xform('<r jr:template=""><x/><y/></r><r><x/><y/></r>', model, rows(inner=inner))
    )
    assert value(session, "/data/r[1]/x") == ""
    session.add("/data/r")
    session.add("/data/r")
    assert [value(session, f"/data/r[{i}]/x") for i in (1, 2, 3)] == ["", "2", "3"]
    assert value(session, "/data/r[3]/y") == "30"


def test_once_and_ids_stay_through_language_and_draft():
    model = bind("/data/a", calculate="once(uuid())") + bind("/data/m/instanceID", jr_preload="uid")
    form = parse_form(xform("<a/><x/><m><instanceID/></m>", model, inputs("x")))
    session = session_of(form)
    fixed = value(session, "/data/a"), value(session, "/data/m/instanceID")
    session.set("/data/x", "1")
    again = FormSession(
        form, snapshot=session.snapshot(), now=lambda: NOON, tz=EAT, ids=SeededIds(7)
    )
    assert (value(again, "/data/a"), value(again, "/data/m/instanceID")) == fixed


def test_the_last_saved_record_prefills_a_new_one_only_when_handed_in():
    model = '<instance id="__last-saved" src="jr://instance/last-saved"/>' + setvalue(
        "/data/v", "odk-instance-first-load", "instance('__last-saved')/data/v"
    )
    form = parse_form(xform("<v/>", model, inputs("v")))
    assert value(session_of(form), "/data/v") == ""
    saved = NodeList(document_of(node_tree(parse_xml(b"<data><v>Kibera</v></data>", "it"))))
    session = FormSession(form, now=lambda: NOON, tz=EAT, ids=SeededIds(), last_saved=saved)
    assert value(session, "/data/v") == "Kibera"


ENTITY = '<who/><age/><meta><entity dataset="people" create="" id=""><label/></entity></meta>'


def test_an_entity_is_created_with_an_id_label_and_properties():
    model = (
        bind("/data/who", entities_saveto="full_name")
        + bind("/data/age", type="int", entities_saveto="age")
        + bind("/data/meta/entity/@create", calculate="/data/age > 17")
        + bind("/data/meta/entity/label", calculate="/data/who")
    )
    session = open_form(xform(ENTITY, model, inputs("who", "age")))
    session.set("/data/who", "Amina")
    session.set("/data/age", "17")
    assert session.finalize().entities == ()
    session.set("/data/age", "18")
    [made] = session.finalize().entities
    assert (made.dataset, made.label, made.creates) == ("people", "Amina", True)
    assert made.properties == (("full_name", "Amina"), ("age", "18"))
    assert session.finalize().entities == (made,)
    assert f'id="{made.id}"'.encode() in session.finalize().xml


def test_an_update_carries_the_versions_of_the_list():
    record = '<who/><age/><meta><entity dataset="people" update="1" id="" baseVersion="" trunkVersion="" branchId=""/></meta>'
    column = "instance('people')/root/item[name = /data/who]/__"
    model = '<instance id="people" src="jr://file-csv/people.csv"/>' + "".join(
        bind(f"/data/meta/entity/@{name}", calculate=source)
        for name, source in [
            ("id", "/data/who"), ("baseVersion", column + "version"),
            ("trunkVersion", column + "trunkVersion"), ("branchId", column + "branchId"),
        ]
    ) + bind("/data/age", entities_saveto="age")  # fmt: skip
    media = {"people.csv": b"name,label,__version,__trunkVersion,__branchId\np1,Ann,4,2,b7\n"}
    session = open_form(xform(record, model, inputs("who", "age")), media)
    session.set("/data/who", "p1")
    session.set("/data/age", "9")
    [change] = session.finalize().entities
    assert (change.id, change.updates, change.base_version, change.trunk_version) == (
        "p1",
        True,
        "4",
        "2",
    )
    assert (change.branch_id, change.properties) == ("b7", (("age", "9"),))


def test_each_row_may_be_an_entity_of_its_own():
    record = '<r><n/><meta><entity dataset="kids" create="1" id=""><label/></entity></meta></r>'
    model = bind("/data/r/n", entities_saveto="name") + bind(
        "/data/r/meta/entity/label", calculate="../../../n"
    )
    session = open_form(xform(record, model, rows(inner=inputs("r/n"))))
    session.add("/data/r")
    session.set("/data/r[1]/n", "A")
    session.set("/data/r[2]/n", "B")
    made = session.finalize().entities
    assert [(e.label, e.properties) for e in made] == [
        ("A", (("name", "A"),)),
        ("B", (("name", "B"),)),
    ]
    assert len({e.id for e in made}) == 2


def test_a_form_for_a_newer_entities_spec_is_refused():
    newer = xform("<a/>").replace(b"<model>", b'<model entities:entities-version="2031.1.0">')
    with pytest.raises(FormRefused, match="entities 2031"):
        parse_form(newer)


def big_csv(count=2_000):
    lines = ["name,label,ward"] + [f'v{n},"Village, {n}",w{n % 50}' for n in range(count)]
    return {"v.csv": "\n".join(lines).encode()}


VILLAGES = (
    '<instance id="v" src="jr://file-csv/v.csv"/>',
    inputs("w")
    + '<select1 ref="/data/s"><label>S</label><itemset nodeset="instance(\'v\')/root/item[ward = /data/w]">'
    '<value ref="name"/><label ref="label"/></itemset></select1>',
)


@pytest.mark.parametrize("tables", [MemoryTables, SqliteTables])
def test_a_long_list_is_filtered_in_its_table(tables):
    model, body = VILLAGES
    model += bind("/data/n", calculate="pulldata('v', 'label', 'name', /data/s)")
    model += bind("/data/c", calculate="count(instance('v')/root/item[contains(label, '77')])")
    session = open_form(xform("<w/><s/><n/><c/>", model, body), big_csv(), tables=tables())
    session.set("/data/w", "w7")
    shown = session.node("/data/s").choices
    assert len(shown) == 40
    assert (shown[1].value, shown[1].label) == ("v57", "Village, 57")
    session.set("/data/s", "v57")
    assert value(session, "/data/n") == "Village, 57"
    assert value(session, "/data/c") == "38"
    session.set("/data/w", "w8")
    assert value(session, "/data/s") == ""
    session.set("/data/w", "w7")
    assert value(session, "/data/s") == "v57"
    session.set("/data/s", None)
    session.set("/data/w", "w8")
    session.set("/data/w", "w7")
    assert value(session, "/data/s") == ""


def test_a_short_and_a_long_list_give_the_same_choices():
    model, body = VILLAGES
    for count in (400, 501, 2_000):
        session = open_form(xform("<w/><s/>", model, body), big_csv(count))
        session.set("/data/w", "w3")
        assert [c.value for c in session.node("/data/s").choices] == [
            f"v{n}" for n in range(3, count, 50)
        ]


def test_an_answer_outside_its_list_is_not_sent():
    model, body = VILLAGES
    session = open_form(xform("<w/><s/>", model, body), big_csv(100))
    session.set("/data/w", "w1")
    session.set("/data/s", "v2")
    assert value(session, "/data/s") == ""
    assert b"v2" not in session.finalize().xml


def test_a_missing_list_is_told_when_it_is_read():
    with pytest.raises(EvaluationFault, match="nolist"):
        open_form(
            xform("<a/>", bind("/data/a", calculate="instance('nolist')/root/item[name = 'x']/y"))
        )


def test_a_repeat_prompt_says_how_many_rows_there_are():
    session = open_form(xform('<r jr:template=""><x/></r>', "", rows(inner=inputs("r/x"))))
    [prompt] = session.pages()
    assert (prompt.kind, prompt.path, prompt.rows, prompt.label) == (
        PageKind.REPEAT,
        "/data/r",
        0,
        "R",
    )
    session.add("/data/r")
    assert [p.kind for p in session.pages()] == [PageKind.QUESTION, PageKind.REPEAT]
