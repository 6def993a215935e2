"""The strict reader of settings: TOML text in, checked values or one clear fault out.

Rules: a byte-order mark and any line ending are normalised; characters that word processors put in
(curly quotes, no-break spaces) are named with their line; an unknown key stops the start-up and is
answered with the nearest known one; types are strict (a quoted number is refused); every fault
names the file, the line and the key. What the settings mean is not its business.
"""

from __future__ import annotations

import codecs
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, get_type_hints

from provisioning.faults import Fault

FILE_BYTES_MAX = 64 * 1024
FILE_LINES_MAX = 500

_STRAY = {
    **dict.fromkeys(
        "\u201c\u201d\u201e\u201f\u00ab\u00bb", 'a curly quote; type a plain " instead'
    ),
    **dict.fromkeys("\u2018\u2019\u201a\u201b", "a curly quote; type a plain ' or \" instead"),
    **dict.fromkeys("\u00a0\u2007\u202f", "a no-break space; type a plain space instead"),
    **dict.fromkeys("\u2013\u2014\u2212", "a long dash; type a plain - instead"),
    **dict.fromkeys("\u200b\u200c\u200d\ufeff", "an invisible character; delete it"),
}


class SettingsMissing(Fault):
    """There is no settings file, or it cannot be read."""

    code = 10


class SettingsSyntax(Fault):
    """The settings file is not TOML."""

    code = 11


class UnknownSetting(Fault):
    """A section or key that does not exist."""

    code = 12


class WrongType(Fault):
    """A value of the wrong type, such as a number in quotes."""

    code = 13


class ValueRefused(Fault):
    """A value of the right type that is out of range, not a choice, or not allowed here."""

    code = 14


class SettingRequired(Fault):
    """A key without a default is missing."""

    code = 15


@dataclass(frozen=True, slots=True)
class SettingRule:
    """What a setting accepts, and its one line of documentation."""

    doc: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    secret: bool = False

    KEY: ClassVar[str] = "rule"


def setting(default: Any = MISSING, doc: str = "", **rule: Any) -> Any:
    """A dataclass field of a section: its default (none: required) and its `SettingRule`."""
    return field(default=default, metadata={SettingRule.KEY: SettingRule(doc, **rule)})


def rule_of(each: Field[Any]) -> SettingRule:
    """The rule a section's field was declared with."""
    rule: SettingRule = each.metadata[SettingRule.KEY]
    return rule


@dataclass(frozen=True, slots=True)
class SettingsText:
    """A settings file as normalised text with the place it came from, for faults."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> SettingsText:
        """Read and normalise `path`; raises `SettingsMissing` or `SettingsSyntax`."""
        try:
            raw = path.read_bytes()
        except OSError as error:
            msg = f"{path} cannot be read ({error.strerror}); put the node's device.toml there."
            raise SettingsMissing(msg) from error
        if len(raw) > FILE_BYTES_MAX:
            msg = f"{path} is larger than {FILE_BYTES_MAX} bytes; it is not a settings file."
            raise SettingsSyntax(msg)
        encoding = (
            "utf-16" if raw[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig"
        )
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            msg = f"{path}, line {line}: this is not UTF-8 text; save the file as UTF-8."
            raise SettingsSyntax(msg) from error
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if text.count("\n") > FILE_LINES_MAX:
            msg = f"{path} has more than {FILE_LINES_MAX} lines; it is not a settings file."
            raise SettingsSyntax(msg)
        return cls(path, text)

    def parse(self) -> dict[str, Any]:
        """The TOML tables; raises `SettingsSyntax` naming the line and any stray character."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
            lines = self.text.split("\n")
            last = int(found.group(1)) if found else len(lines)
            for number, line in enumerate(lines[:last], 1):
                for character in line.split("#")[0]:
                    if character in _STRAY:
                        what = f"U+{ord(character):04X} is {_STRAY[character]}."
                        raise SettingsSyntax(f"{self.path}, line {number}: {what}") from error
            reason = re.sub(r" \(at .*\)$", "", str(error))
            msg = f"{self.path}, line {last}: {reason[:1].lower()}{reason[1:]}; write key = value."
            raise SettingsSyntax(msg) from error

    def line_of(self, *keys: str) -> int:
        """The line on which the statement that brings `keys` starts (1 when it is not there)."""
        lines = self.text.split("\n")
        start = 1
        for end in range(1, len(lines) + 1):
            try:
                tables: Any = tomllib.loads("\n".join(lines[:end]))
            except tomllib.TOMLDecodeError:
                continue  # in the middle of a statement of several lines
            for key in keys:
                tables = tables.get(key) if isinstance(tables, Mapping) else None
            if tables is not None:
                return start
            start = end + 1
        return 1

    def at(self, *keys: str) -> str:
        """`FILE, line N` of the statement that brings `keys`."""
        return f"{self.path}, line {self.line_of(*keys)}"


def read_sections(text: SettingsText, kind: type[Any]) -> Any:
    """Build the dataclass `kind` (one field per section, each a dataclass) from `text`."""
    tables = text.parse()
    sections = get_type_hints(kind)
    for name, table in tables.items():
        if name not in sections:
            raise UnknownSetting(f"{text.at(name)}: {_unknown(name, sections, kind, table)}")
        if not isinstance(table, dict):
            msg = f"{text.at(name)}: {name} is a section; write [{name}] and its keys below it."
            raise WrongType(msg)
    built = {
        name: _read_section(text, name, section, tables.get(name, {}))
        for name, section in sections.items()
    }
    return kind(**built)


def _read_section(text: SettingsText, name: str, section: type[Any], table: Any) -> Any:
    known = {each.name: each for each in fields(section)}
    hints = get_type_hints(section)
    for key, value in table.items():
        if key not in known:
            raise UnknownSetting(f"{text.at(name, key)}: {_unknown_key(name, key, known)}")
        problem = _wrong_type(value, hints[key])
        if problem:
            raise WrongType(f"{text.at(name, key)}: {name}.{key} must be {problem}.")
        problem = _refused(value, rule_of(known[key]))
        if problem:
            raise ValueRefused(f"{text.at(name, key)}: {name}.{key} must be {problem}.")
    for key, each in known.items():
        if each.default is MISSING and key not in table:
            where = text.at(name) if table else str(text.path)
            raise SettingRequired(f"{where}: [{name}] has no {key}; add it: {rule_of(each).doc}")
    return section(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})


def _unknown(name: str, sections: Mapping[str, Any], kind: type[Any], table: Any) -> str:
    if isinstance(table, dict):
        near = difflib.get_close_matches(name, sections, 1, 0.5)
        hint = f"did you mean [{near[0]}]?" if near else f"sections are {', '.join(sections)}."
        return f"there is no section [{name}]; {hint}"
    return _unknown_key("", name, dict.fromkeys(_all_keys(kind)))


def _all_keys(kind: type[Any]) -> Iterator[str]:
    for name, section in get_type_hints(kind).items():
        for each in fields(section):
            yield f"{name}.{each.name}"


def _unknown_key(section: str, key: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(key, known, 1, 0.5) or [
        each for each in known if each.endswith(f".{key}")
    ]
    shown = f"{section}.{key}" if section else key
    place = f"{section}." if section else ""
    hint = f"did you mean {place}{near[0]}?" if near else "delete the line."
    return f"there is no setting {shown}; {hint}"


def _wrong_type(value: Any, hint: Any) -> str:
    """What the value must be, or an empty string; strict: True is no number, "3" is no 3."""
    assert not isinstance(hint, UnionType), "settings have one type each"
    found = f'not "{value}" in quotes' if isinstance(value, str) else f"not {value!r}"
    if hint is bool and type(value) is not bool:
        return f"true or false without quotes, {found}"
    if hint is int and type(value) is not int:
        return f"a whole number without quotes, {found}"
    if hint is float and type(value) not in {int, float}:
        return f"a number without quotes, {found}"
    if hint is str and type(value) is not str:
        return f"text in plain double quotes, {found}"
    if hint == tuple[str, ...] and not (
        isinstance(value, list) and all(type(each) is str for each in value)
    ):
        return f'a list of texts such as ["en", "sw"], {found}'
    return ""


def _refused(value: Any, rule: SettingRule) -> str:
    """What the value must be, or an empty string."""
    if type(value) in {int, float}:
        low, high = rule.minimum, rule.maximum
        if not (low is None or value >= low) or not (high is None or value <= high):
            return f"between {low} and {high}, not {value}"
    for each in value if isinstance(value, list) else [value]:
        if rule.choices and each not in rule.choices:
            return f"one of {', '.join(rule.choices)}, not {each!r}"
        if rule.pattern and isinstance(each, str) and not re.fullmatch(rule.pattern, each):
            return f"{rule.doc[:1].lower()}{rule.doc[1:].rstrip('.')}, not {each!r}"
    return ""
