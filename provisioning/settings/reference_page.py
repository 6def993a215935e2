"""Settings for people: the effective ones as TOML, and the page that documents them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields

from provisioning.settings.schema import SECTIONS, Settings, effective
from provisioning.settings.toml_reader import SettingRule, rule_of


def as_toml(settings: Settings) -> str:
    """The effective settings as a `device.toml`, secrets masked, defaults marked."""
    lines = []
    for section, values in effective(settings).items():
        defaults = {each.name: each.default for each in fields(SECTIONS[section])}
        lines.append(f"[{section}]")
        for key, value in values.items():
            line = f"{key} = {_toml(value)}"
            lines.append(f"{line:<48}  # default" if value == defaults[key] else line)
        lines.append("")
    return "\n".join(lines)


def describe() -> Iterator[tuple[str, str, str, str, str]]:
    """(setting, type, default, accepted values, meaning) of every setting, in file order."""
    for section, kind in SECTIONS.items():
        for each in fields(kind):
            rule = rule_of(each)
            yield (
                f"{section}.{each.name}",
                _TYPE_NAMES[str(each.type)],
                "required" if each.default is MISSING else f"`{_toml(each.default)}`",
                _accepted(rule),
                f"{rule.doc} Secret: masked when printed." if rule.secret else rule.doc,
            )


def markdown() -> str:
    """The page `docs/settings.md`: every setting in file order."""
    lines, last = [_PAGE.rstrip("\n")], ""
    for name, *row in describe():
        section = name.split(".")[0]
        if section != last:
            lines += ["", f"## [{section}]", "", str(SECTIONS[section].__doc__), ""]
            lines += ["| Setting | Type | Default | Accepted | Meaning |", "|---|---|---|---|---|"]
            last = section
        lines.append(f"| `{name}` | {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def _accepted(rule: SettingRule) -> str:
    if rule.choices:
        return ", ".join(f"`{each}`" for each in rule.choices)
    return f"{rule.minimum} to {rule.maximum}" if rule.minimum is not None else ""


_TYPE_NAMES = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
_PAGE = """# Settings

One file a node, `device.toml`, in TOML. It is read once, when a service starts. An unknown key, a
number in quotes or a value out of range stops the start-up with the file, the line and what to
write. `huduma settings --site DIR --node NAME` prints the effective values, `--file PATH` checks a
file before it goes on a device. This page is printed by `huduma settings --describe`.

| Code | Meaning |
|---|---|
| 10 | there is no settings file, or it cannot be read |
| 11 | it is not TOML: curly quotes, a long dash, a missing quote |
| 12 | a section or key that does not exist; the nearest known one is named |
| 13 | a value of the wrong type, such as a number in quotes |
| 14 | out of range, not a choice, or not allowed on a device in the field |
| 15 | a required key is missing |
| 16 | a key file is missing, damaged or open to others |
| 17 | the certificate or the registry does not verify or does not match |
| 18 | the folder is no site, has no such node, or is not empty |
| 19 | the machine's clock cannot be right |
"""


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
