"""Lint of questions: what would be difficult for a citizen at a kiosk.

Missing translations, phone and ID numbers kept as numbers, long choice lists inside the form,
questions without words, and question types or appearances that the kiosk's screens cannot show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.authoring.lint.source_rows import SourceForm, SourcePlace, plain_text
from content.authoring.problem import Problem
from content.i18n.plain_words import has_markup
from content.xforms.definition import SELECTS, Control
from content.xforms.texts import Parts

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


def inspect_questions(source: SourceForm) -> Iterator[Problem]:
    """Every remark on questions, lists and translations."""
    yield from _numeric_identifiers(source)
    yield from _long_lists(source)
    yield from _not_shown(source)
    yield from _by_itself(source)
    yield from _without_choices(source)
    yield from _unworded(source)
    yield from _marked_up(source)
    yield from _translations(source)


def _problem(place: SourcePlace, code: str, text: str, remedy: str) -> Problem:
    return Problem(place.sheet, place.row, place.column, "warning", code, text, remedy)


def _label(source: SourceForm, control: Control) -> str:
    """The label in all languages."""
    return " ".join(plain_text(parts) for parts in source.texts(control.label))


def _numeric_identifiers(source: SourceForm) -> Iterator[Problem]:
    for definition, control in source.questions():
        if definition.type not in _NUMERIC:
            continue
        words = f"{definition.name.replace('_', ' ')} {_label(source, control)}"
        if _IDENTIFYING.search(words):
            text = f"{definition.name!r} looks like a phone or ID number but is kept as a number."
            remedy = "Use type text with appearance numbers: numbers lose leading zeros."
            yield _problem(source.place(definition, "type"), "numeric-identifier", text, remedy)


def _long_lists(source: SourceForm) -> Iterator[Problem]:
    for name, found in source.form.lists.items():
        roots = found.document().children
        count = len(roots[0].children) if roots and not source.form.instances[name] else 0
        if count > CHOICES_MAX:
            text = f"The choice list {name!r} has {count} rows inside the form."
            remedy = f"Keep lists of more than {CHOICES_MAX} rows as CSV: select_one_from_file."
            place = SourcePlace("choices", None, "list_name")
            yield _problem(place, "long-list", text, remedy)


def _not_shown(source: SourceForm) -> Iterator[Problem]:
    for definition, control in source.questions():
        name, kind = definition.name, source.place(definition, "type")
        if definition.type in TYPES_NOT_SHOWN:
            text = f"The kiosk has no screen for type {definition.type} ({name!r})."
            yield _problem(kind, "cannot-show", text, TYPES_NOT_SHOWN[definition.type])
        taken = control.attributes.get("mediatype", "*")
        if not {each.strip().partition("/")[0] for each in taken.split(",")} & UPLOADS_SHOWN:
            text = f"No kiosk can take a video or a file ({name!r})."
            remedy = "Ask for an image, or leave it optional: a required one is finished at a desk."
            yield _problem(kind, "cannot-show", text, remedy)
        for word in control.appearance.split():
            for start, remedy in APPEARANCES_NOT_SHOWN.items():
                if word == start or (start[-1] in ":(" and word.startswith(start)):
                    text = f"The kiosk has no screen for appearance {word!r} ({name!r})."
                    place = source.place(definition, "appearance")
                    yield _problem(place, "cannot-show", text, remedy)
        if "query" in control.attributes:
            text = f"The external choices of {name!r} are read by ODK Collect only."
            remedy = "Use select_one_from_file with a choice_filter."
            yield _problem(kind, "cannot-show", text, remedy)


def _by_itself(source: SourceForm) -> Iterator[Problem]:
    """What a form does without asking anybody."""
    actions = {id(a): a for found in source.form.actions.values() for a in found}
    for action in actions.values():
        place, name = source.place(action.target, "type"), action.target.name
        if action.kind == "recordaudio":
            text = "The form records sound in the background."
            yield _problem(place, "cannot-show", text, _BACKGROUND["background-audio"])
        if action.kind == "setgeopoint":
            text = f"The form notes where the device is ({name!r}) without asking."
            remedy = "It stays blank at a kiosk without a receiver: make nothing depend on it."
            yield _problem(place, "location-noted", text, remedy)
    for path, definition in source.form.places.items():
        if path.endswith("/meta/audit"):
            text = "The form asks for ODK Collect's audit log."
            place = source.place(definition, "type")
            yield _problem(place, "cannot-show", text, _BACKGROUND["audit"])


def _without_choices(source: SourceForm) -> Iterator[Problem]:
    """Selects that can never offer anything."""
    for definition, control in source.questions():
        if control.kind not in SELECTS or control.choices or "search(" in control.appearance:
            continue
        itemset = control.itemset
        names = [] if itemset is None else list(source.lists_of(itemset))
        if itemset is None or any(map(source.is_empty, names)):
            text = f"{definition.name!r} has no choices to choose from."
            remedy = "Give its list rows in the choices sheet, or put its file beside the form."
            yield _problem(source.place(definition, "type"), "no-choices", text, remedy)


def _marked_up(source: SourceForm) -> Iterator[Problem]:
    """Markdown and tags in texts: a kiosk shows the words alone."""
    for place, texts in source.worded_places():
        shown = [plain_text(parts, "value") for parts in texts]
        if any(has_markup(text) for text in shown):
            text = "The text has markdown or tags, which a kiosk leaves out."
            remedy = "Write plain words; a kiosk sets its own type."
            yield _problem(place, "markup", text, remedy)


def _unworded(source: SourceForm) -> Iterator[Problem]:
    for definition, control in source.questions():
        if "hidden" in control.appearance.split() or _has_words(source, control):
            continue
        text = f"The question {definition.name!r} has no words."
        yield _problem(source.place(definition, "label"), "no-label", text, "Give it a label.")


def _has_words(source: SourceForm, control: Control) -> bool:
    """A label of one value only, or an expression, are words too."""
    label = control.label
    if label is None:
        return False
    return bool(label.expression) or any(
        not isinstance(parts, str) or parts.strip(" -") for parts in source.texts(label)
    )


def _translations(source: SourceForm) -> Iterator[Problem]:
    itext = source.form.itext
    languages = itext.languages
    if len(languages) < 2 and next(source.questions(), None) is not None:
        found = languages[0] if languages else "one language"
        text = f"The form is in {found} only."
        remedy = "Add columns label::English (en) and label::Kiswahili (sw)."
        yield _problem(SourcePlace("survey", None, "label"), "one-language", text, remedy)
        return
    for text_id in dict.fromkeys(key for texts in itext.texts.values() for key in texts):
        lacking = [name for name in languages if _is_missing(itext.texts[name].get(text_id))]
        if not lacking or len(lacking) == len(languages):
            continue
        _, place = source.text_place(text_id)
        text = f"{source.text_name(text_id)!r} has no {place.column} in {', '.join(lacking)}."
        remedy = "Fill the column of that language."
        yield _problem(place, "missing-translation", text, remedy)


def _is_missing(found: Parts | dict[str, Parts] | None) -> bool:
    """Whether a text says nothing; the compiler fills a gap with a dash."""
    if not found:
        return True
    forms = found.values() if isinstance(found, dict) else (found,)
    return all(isinstance(parts, str) and parts.strip() in {"", "-"} for parts in forms)
