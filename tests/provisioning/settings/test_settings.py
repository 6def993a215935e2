"""Settings: what a technician may get wrong, and what he is told."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from provisioning.faults import Fault
from provisioning.settings import schema, toml_reader
from provisioning.settings.reference_page import as_toml, markdown
from provisioning.settings.schema import SECTIONS, Settings, effective, load
from provisioning.settings.toml_reader import (
    SettingRequired,
    SettingsMissing,
    SettingsSyntax,
    UnknownSetting,
    ValueRefused,
    WrongType,
    rule_of,
)

ROOT = Path(__file__).resolve().parents[3]

KIOSK = """\
# a kiosk
[node]
name = "kiosk-1"
role = "kiosk"
site = "HC-001"
county = 47

[queue]
centre_endpoint = "tcp://127.0.0.1:7001"

[sync]
upstream_endpoint = "tcp://127.0.0.1:7002"

[ui]
idle_s = 90
"""


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "device.toml"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_good_file_gives_its_values_and_the_defaults(tmp_path):
    found = load(write(tmp_path, KIOSK))
    assert (found.node.name, found.node.county, found.ui.idle_s) == ("kiosk-1", 47, 90)
    assert (found.ui.warn_s, found.node.field, found.content.pack) == (30, False, "../pack")


@pytest.mark.parametrize(
    ("what", "text", "encoding"),
    [
        ("byte-order mark and CRLF", "\ufeff" + KIOSK.replace("\n", "\r\n"), "utf-8"),
        ("old Mac line ends", KIOSK.replace("\n", "\r"), "utf-8"),
        ("Notepad's Unicode", KIOSK, "utf-16"),
        ("a curly quote in a comment", KIOSK + "# Murang\u2019a\n", "utf-8"),
    ],
)
def test_how_the_file_was_saved_does_not_matter(tmp_path, what, text, encoding):
    assert load(write(tmp_path, text, encoding)) == load(write(tmp_path, KIOSK)), what


MISTAKES = {
    # name: (old, new, fault, line, what must be said)
    "misspelt key": ("idle_s", "idel_s", UnknownSetting, 15, "did you mean ui.idle_s?"),
    "misspelt section": ("[queue]", "[queu]", UnknownSetting, 8, "did you mean [queue]?"),
    "key of another section": ("idle_s = 90", "county = 3", UnknownSetting, 15, "ui.county"),
    "key without section": ("# a kiosk", "idle_s = 3", UnknownSetting, 1, "ui.idle_s"),
    "unheard-of key": ("idle_s", "colour_of_paint", UnknownSetting, 15, "delete the line"),
    "quoted number": ("47", '"47"', WrongType, 6, "without quotes"),
    "number for text": ('"HC-001"', "7", WrongType, 5, "plain double quotes"),
    "fraction": ("90", "90.5", WrongType, 15, "whole number"),
    "true for a number": ("90", "true", WrongType, 15, "whole number"),
    "section as value": ("[ui]\nidle_s = 90", "ui = 3", UnknownSetting, 14, "sync.ui"),
    "wrong county": ("47", "48", ValueRefused, 6, "between 1 and 47"),
    "county 0": ("47", "0", ValueRefused, 6, "between 1 and 47"),
    "wrong role": ('"kiosk"', '"kiosc"', ValueRefused, 4, "national, centre, kiosk, van"),
    "capitals in the name": ('"kiosk-1"', '"Kiosk 1"', ValueRefused, 3, "small letters"),
    "endpoint without port": (":7001", "", ValueRefused, 9, "tcp://HOST:PORT"),
    "no county": ("county = 47", "", SettingRequired, 2, "county"),
    "no upstream": ("upstream_endpoint", "# ", SettingRequired, 4, "sync.upstream_endpoint"),
    "curly quotes": ('"kiosk-1"', "\u201ckiosk-1\u201d", SettingsSyntax, 3, "curly quote"),
    "one curly quote": ('"kiosk-1"', '"kiosk-1\u201d', SettingsSyntax, 3, "curly quote"),
    "curly single quotes": ('"kiosk-1"', "\u2018kiosk-1\u2019", SettingsSyntax, 3, "curly quote"),
    "no-break space": ("county = 47", "county\u00a0= 47", SettingsSyntax, 6, "no-break space"),
    "long dash": ("90", "\u22125", SettingsSyntax, 15, "long dash"),
    "no quotes": ('"kiosk"', "kiosk", SettingsSyntax, 4, "write key = value"),
    "unclosed": ('"kiosk"', '"kiosk', SettingsSyntax, 4, "write key = value"),
    "twice": ("county = 47", "county = 47\ncounty = 1", SettingsSyntax, 7, "overwrite"),
    "list for text": ('"HC-001"', '["HC-001"]', WrongType, 5, "plain double quotes"),
    "key after a long value": (
        "idle_s = 90",
        'width = """\n1\n2"""',
        WrongType,
        15,
        "whole number",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_named_with_its_line(tmp_path, name):
    old, new, fault, line, said = MISTAKES[name]
    assert old in KIOSK
    path = write(tmp_path, KIOSK.replace(old, new, 1))
    with pytest.raises(fault) as caught:
        load(path)
    assert f"{path}, line {line}: " in caught.value.message
    assert said in caught.value.message
    assert caught.value.message.endswith((".", "?"))


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path):
    with pytest.raises(SettingsMissing, match=r"device\.toml"):
        load(tmp_path / "device.toml")
    path = tmp_path / "device.toml"
    path.write_bytes(KIOSK.encode() + b"# \xff\xfe\n")
    with pytest.raises(SettingsSyntax, match="line 16: this is not UTF-8"):
        load(path)
    path.write_bytes(b"#" * 70_000)
    with pytest.raises(SettingsSyntax, match="larger than"):
        load(path)
    path.write_bytes(b"\n" * 600)
    with pytest.raises(SettingsSyntax, match="more than 500 lines"):
        load(path)


def test_a_device_in_the_field_refuses_simulators(tmp_path):
    text = KIOSK.replace("county = 47", "county = 47\nfield = true")
    assert load(write(tmp_path, text)).node.field
    with pytest.raises(ValueRefused, match="simulator"):
        load(write(tmp_path, text + '[devices]\nprinter = "sim:"\n'))


def test_secrets_are_masked_wherever_settings_are_printed(tmp_path):
    text = KIOSK + '[national]\ndatabase = "postgresql://huduma:hunter2@db.example/x"\n'
    found = load(write(tmp_path, text))
    assert "hunter2" in found.national.database
    printed = repr(effective(found)) + as_toml(found)
    assert "hunter2" not in printed
    assert "db.example" in printed
    text = KIOSK + '[national]\ndatabase = "postgresql:///x?password=hunter2"\n'
    assert "hunter2" not in as_toml(load(write(tmp_path, text)))


def test_every_fault_of_this_package_has_its_own_code():
    import provisioning.doctor.checks
    import provisioning.enrolment.faults
    import provisioning.identity.certificates
    import provisioning.identity.keys
    import provisioning.node.site  # noqa: F401

    ours = [
        each
        for each in Fault.__subclasses__()
        if each.__module__.startswith("provisioning.") and each.code != 2
    ]
    assert sorted(each.code for each in ours) == [*range(10, 20), *range(71, 79)]


def test_the_page_in_docs_is_the_page_that_is_printed():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == markdown(), "run: huduma settings --describe > docs/settings.md"
    for section, kind in SECTIONS.items():
        for each in dataclasses.fields(kind):
            assert f"`{section}.{each.name}`" in page


UNITLESS = {
    "county", "unit", "counters", "hall_port", "pages_port", "reserve_block", "width", "height", "batch_entries_max",
    "panel_mm_per_px", "panel_floor_mm",
}  # fmt: skip


def test_every_setting_has_a_meaning_a_limit_and_its_unit_last():
    assert {each.name for each in dataclasses.fields(Settings)} == set(SECTIONS)
    for section, kind in SECTIONS.items():
        for each in dataclasses.fields(kind):
            rule, name = rule_of(each), f"{section}.{each.name}"
            assert rule.doc.endswith("."), name
            if each.type == "int":
                assert rule.minimum is not None, name
                assert rule.maximum is not None, name
                unit = re.search(r"_(s|ms|mb|kb|bytes|days)(_max|_min)?$", each.name)
                assert unit or each.name in UNITLESS, name
            if each.default is not dataclasses.MISSING and each.type == "int":
                assert rule.minimum <= each.default <= rule.maximum, name


PLAIN = st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\')


def _values(each: dataclasses.Field) -> st.SearchStrategy:
    rule = rule_of(each)
    if each.type == "int":
        return st.integers(rule.minimum, rule.maximum)
    if each.type == "float":
        return st.floats(rule.minimum, rule.maximum, allow_subnormal=False)
    if each.type == "bool":
        return st.booleans() if each.name != "field" else st.just(value=False)
    if rule.choices:
        return st.sampled_from(rule.choices)
    if rule.pattern:
        return st.from_regex(rule.pattern, fullmatch=True, alphabet=PLAIN)
    return st.text(PLAIN)


@st.composite
def any_settings(draw) -> Settings:
    built = {
        name: kind(**{each.name: draw(_values(each)) for each in dataclasses.fields(kind)})
        for name, kind in SECTIONS.items()
    }
    return Settings(**built)


@effort(max_examples=25, deadline=None)
@given(any_settings())
def test_what_is_printed_can_be_read_again(tmp_path_factory, found):
    found = dataclasses.replace(found, national=schema.NationalSettings())
    needed = schema._NEEDED[found.node.role]
    for dotted in needed:
        section, key = dotted.split(".")
        changed = dataclasses.replace(getattr(found, section), **{key: "tcp://h:1"})
        found = dataclasses.replace(found, **{section: changed})
    path = tmp_path_factory.getbasetemp() / "printed.toml"
    path.write_text(as_toml(found), "utf-8")
    assert load(path) == found


@effort(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: (KIOSK + text).encode("utf-8", "surrogatepass")),
        st.tuples(st.integers(0, len(KIOSK)), st.text(min_size=1, max_size=3)).map(
            lambda cut: (KIOSK[: cut[0]] + cut[1] + KIOSK[cut[0] :]).encode(
                "utf-8", "surrogatepass"
            )
        ),
    )
)
def test_no_file_at_all_does_worse_than_a_fault_of_its_own(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "noise.toml"
    path.write_bytes(raw)
    fault = None
    try:
        load(path)
    except Fault as caught:
        fault = caught
    assert fault is None or (10 <= fault.code <= 15 and str(path) in fault.message)


def test_the_line_is_found_behind_values_of_several_lines(tmp_path):
    text = toml_reader.SettingsText(Path("x"), 'a = """\n\n"""\n# c\n\n[b]\nc = [\n1,\n]\nd = 1\n')
    found = [text.line_of(*keys) for keys in ["a", "b", ("b", "c"), ("b", "d")]]
    assert found == [1, 6, 7, 10]
