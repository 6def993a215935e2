"""Lint of questions: what a citizen would stumble over at a kiosk.

Missing translations, phone and ID numbers kept as numbers, long choice lists inside the form,
questions without words, and question types or appearances that the kiosk's screens cannot show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from content.authoring.lint.source_rows import FormTree
from content.authoring.problem import Problem, Severity

CHOICES_MAX = 500
"""Longer choice lists are kept as CSV, where they live in an indexed table."""

_IDENTIFYING = re.compile(
    r"(phone|mobile|msisdn|simu|telephone|\btel\b|national.?id|id.?(no|num)|passport|kra|\bpin\b"
    r"|kitambulisho|huduma.?namba|maisha.?namba|account.?(no|num)|m-?pesa|serial|meter)",
    re.IGNORECASE,
)
_NUMERIC = frozenset({"int", "integer", "decimal", "range"})

TYPES_NOT_SHOWN = {
    "geotrace": "Ask for a place by name, or for one point.",
    "geoshape": "Ask for a place by name, or for one point.",
}
UPLOADS_SHOWN = frozenset({"image", "audio", "*"})
"""Of what an upload may take; a kiosk answers with its camera or its microphone."""
APPEARANCES_NOT_SHOWN = {
    "ex:": "It opens another app, which a kiosk does not have.",
    "search(": "Keep the list as CSV and use select_one_from_file.",
    "bikram-sambat": "Use a plain date.",
    "ethiopian": "Use a plain date.",
    "coptic": "Use a plain date.",
    "islamic": "Use a plain date.",
    "persian": "Use a plain date.",
    "myanmar": "Use a plain date.",
    "buddhist": "Use a plain date.",
    "image-map": "Use a select with pictures.",
    "placement-map": "Ask for a place by name.",
    "map": "Use a list with search.",
    "printer": "The kiosk prints its own receipt.",
    "bearing": "Ask in words.",
    "counter": "Use a plain number.",
}
_BACKGROUND = {
    "background-audio": "A kiosk never records without being asked.",
    "audit": "The kiosk keeps its own journal.",
}


def inspect_questions(tree: FormTree, root: etree._Element) -> Iterator[Problem]:
    """Every remark on questions, lists and translations."""
    yield from _numeric_identifiers(tree)
    yield from _long_lists(tree)
    yield from _not_shown(tree)
    yield from _by_itself(tree, root)
    yield from _unworded(tree)
    yield from _translations(tree)


def _at(
    tree: FormTree, path: str, column: str, code: str, said: tuple[str, str], severity: Severity
) -> Problem:
    row = tree.row(path)
    sheet = "survey" if row or path else ""
    return Problem(sheet, row, column, severity, code, said[0], said[1])


def _short(path: str) -> str:
    return path.rpartition("/")[2]


def _numeric_identifiers(tree: FormTree) -> Iterator[Problem]:
    for path, control in tree.controls.items():
        if tree.types.get(path) not in _NUMERIC:
            continue
        words = f"{_short(path).replace('_', ' ')} {_label(tree, control)}"
        if _IDENTIFYING.search(words):
            text = f"{_short(path)!r} looks like a phone or ID number but is kept as a number."
            remedy = "Use type text with appearance numbers: numbers lose leading zeros."
            yield _at(tree, path, "type", "numeric-identifier", (text, remedy), "warning")


def _label(tree: FormTree, control: etree._Element) -> str:
    """The label in all languages."""
    label = control.find("{http://www.w3.org/2002/xforms}label")
    if label is None:
        return ""
    match = re.match(r"jr:itext\('(.+)'\)", label.get("ref") or "")
    if match is None:
        return "".join(label.itertext())
    return " ".join(texts.get(match[1], "") for texts in tree.texts.values())


def _long_lists(tree: FormTree) -> Iterator[Problem]:
    for name, count in tree.lists.items():
        if count > CHOICES_MAX:
            text = f"The choice list {name!r} has {count} rows inside the form."
            remedy = f"Keep lists of more than {CHOICES_MAX} rows as CSV: select_one_from_file."
            yield Problem("choices", None, "list_name", "warning", "long-list", text, remedy)


def _not_shown(tree: FormTree) -> Iterator[Problem]:
    for path, control in tree.controls.items():
        kind = tree.types.get(path, "string")
        if kind in TYPES_NOT_SHOWN:
            text = f"The kiosk has no screen for type {kind} ({_short(path)!r})."
            said = (text, TYPES_NOT_SHOWN[kind])
            yield _at(tree, path, "type", "cannot-show", said, "warning")
        takes = {each.strip().partition("/")[0] for each in control.get("mediatype", "").split(",")}
        if "mediatype" in control.attrib and not takes & UPLOADS_SHOWN:
            text = f"No kiosk can take a video or a file ({_short(path)!r})."
            remedy = "Ask for an image, or leave it optional: a required one is finished at a desk."
            yield _at(tree, path, "type", "cannot-show", (text, remedy), "warning")
        for word in (control.get("appearance") or "").split():
            for start, remedy in APPEARANCES_NOT_SHOWN.items():
                if word == start or (start[-1] in ":(" and word.startswith(start)):
                    text = f"The kiosk has no screen for appearance {word!r} ({_short(path)!r})."
                    yield _at(tree, path, "appearance", "cannot-show", (text, remedy), "warning")
        if "query" in control.attrib:
            text = f"The external choices of {_short(path)!r} are read by ODK Collect only."
            said = (text, "Use select_one_from_file with a choice_filter.")
            yield _at(tree, path, "type", "cannot-show", said, "warning")


def _by_itself(tree: FormTree, root: etree._Element) -> Iterator[Problem]:
    """What a form does without asking anybody."""
    for element in root.iter("{http://www.opendatakit.org/xforms}recordaudio"):
        path = element.get("ref") or ""
        said = ("The form records sound in the background.", _BACKGROUND["background-audio"])
        yield _at(tree, path, "type", "cannot-show", said, "warning")
    for element in root.iter("{http://www.opendatakit.org/xforms}setgeopoint"):
        path = element.get("ref") or ""
        text = f"The form notes where the device is ({_short(path)!r}) without asking."
        remedy = "It stays blank at a kiosk without a receiver: make nothing depend on it."
        yield _at(tree, path, "type", "location-noted", (text, remedy), "warning")
    for path in tree.nodes:
        if path.endswith("/meta/audit"):
            said = ("The form asks for ODK Collect's audit log.", _BACKGROUND["audit"])
            yield _at(tree, path, "type", "cannot-show", said, "warning")


def _unworded(tree: FormTree) -> Iterator[Problem]:
    for path, control in tree.controls.items():
        if "hidden" in (control.get("appearance") or "").split():
            continue
        if not _label(tree, control).strip(" -"):
            said = (f"The question {_short(path)!r} has no words.", "Give it a label.")
            yield _at(tree, path, "label", "no-label", said, "warning")


def _translations(tree: FormTree) -> Iterator[Problem]:
    languages = list(tree.texts)
    if tree.controls and len(languages) < 2:
        found = languages[0] if languages else "one language"
        text = f"The form is in {found} only."
        remedy = "Add columns label::English (en) and label::Kiswahili (sw)."
        yield Problem("survey", None, "label", "warning", "one-language", text, remedy)
        return
    for identity in dict.fromkeys(key for texts in tree.texts.values() for key in texts):
        lacking = [name for name in languages if tree.texts[name].get(identity, "") in {"", "-"}]
        if not lacking or len(lacking) == len(languages):
            continue
        path, _, column = identity.rpartition(":") if "/" in identity else ("", "", "label")
        column = column.replace("jr:", "")
        shown = _short(path) if path else identity
        text = f"{shown!r} has no {column} in {', '.join(lacking)}."
        yield _translation(tree, path, column, text)


def _translation(tree: FormTree, path: str, column: str, text: str) -> Problem:
    remedy = "Fill the column of that language."
    column = {"constraintMsg": "constraint_message", "requiredMsg": "required_message"}.get(
        column, column
    )
    clean = path.removesuffix(":jr")
    row = tree.row(clean)
    sheet = "survey" if path else "choices"
    return Problem(sheet, row, column, "warning", "missing-translation", text, remedy)
