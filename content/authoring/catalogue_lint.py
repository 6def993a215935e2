"""Lint of a pack's tables: sentences that read wrong, prices that are none, channels not told.

Reads the sources as a device would and says what a citizen would read. An error refuses the build,
a warning is printed. Every remark has a stable code:

| code | refuses or warns of |
|---|---|
| `agency-name` | a name with an article, with the word "desk", or with a note in it |
| `doubled-word` | a sentence in which a word stands twice once a name is in it |
| `agency-agreement` | a Kiswahili sentence whose verb would have to agree with the name |
| `channel-unsaid` | a service whose place does not name each of its channels |
| `portal-unnamed` | a service on a website whose agency names none |
| `price-missing` | a fee said to be known, without an amount and without words for it |
| `price-words` | words in the place of an amount that are no price ("valid 90 days") |
| `more-costs` | a note that names something more to pay, and `more_costs` says there is nothing |
| `access-fee` | a note about the access fee, which the kiosk works out itself |
| `agency-page` | an address on an office's page without a box or a telephone number |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from content.authoring.problem import Problem, Severity
from content.catalogue import charter
from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Agency, Service
from content.i18n.strings import LANGUAGES

_ARTICLE = re.compile(r"^(the|a|an)\s", re.IGNORECASE)
_DESK = re.compile(r"\bdesk$|^dawati\b", re.IGNORECASE)
_NOTE = re.compile(
    r"\((?i:generic|confirm|tbc|placeholder|example|sample|draft|jumla|mfano)\)"
    r"|\([a-z][^)]*\)|\[|\?$|\b(?i:tbc)\b"
)
"""Brackets hold an office's initials or another name of it, "(CRB)", never a word about it."""
_DOUBLED = re.compile(r"\b(\w+)\s+\1\b", re.IGNORECASE)
_DOUBLED_IN_KISWAHILI = re.compile(r"\b(\w+) (?:la|ya|wa|za) \1\b", re.IGNORECASE)
_SAFE_BEFORE_NAME = re.compile(r"(\b(?:la|ya|wa|za|cha|na|kwa)|:)\s*$", re.IGNORECASE)
_A_TIME = re.compile(
    r"\b(valid|hours?|days?|weeks?|months?|years?|hudumu|halali|saa|siku|wiki|miezi|mwezi|miaka"
    r"|mwaka)\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(costs?|charges?|extra|plus|additional|in addition|separately|on top|access fee"
    r"|older guides|(?:per|for (?:each|every)) (?!cent\b|month\b)\w+|nyongeza"
    r"|kwa kila)\b|\+ ?\d",
    re.IGNORECASE,
)
"""What is paid on top, or once for each of several."""
_BOX = re.compile(r"P\.? ?O\.? ?Box|S\. ?L\. ?P")
_PHONE = re.compile(r"(Tel|Simu)[ :]*\+?[ \d]{9,}")
_ACCESS_FEE = re.compile(r"(access|convenience) fee|ada ya eCitizen", re.IGNORECASE)

_CHANNEL_WORDS: Mapping[str, Mapping[str, str]] = {
    "desk": {"en": "desk", "sw": "dawati"},
    "eCitizen": {"en": "eCitizen", "sw": "eCitizen"},
    "eCitizen assisted": {"en": "eCitizen", "sw": "eCitizen"},
    "iTax": {"en": "iTax", "sw": "iTax"},
    "kiosk": {"en": "kiosk", "sw": "kioski"},
    "phone": {"en": "telephone", "sw": "simu"},
    "information": {"en": "information", "sw": "taarifa"},
}
"""The word by which each channel is known; a portal is known by its own name."""


def lint_catalogue(catalogue: Catalogue) -> list[Problem]:
    """All there is to say about the tables of a pack, errors first."""
    found = [
        *_agencies(catalogue),
        *_sentences(catalogue),
        *_pages(catalogue),
        *(each for service in catalogue.services() for each in _channels(catalogue, service)),
        *(each for service in catalogue.services() for each in _price(service)),
    ]
    return sorted(found, key=lambda each: each.severity != "error")


def _agencies(catalogue: Catalogue) -> Iterator[Problem]:
    for agency in catalogue.agencies():
        for language in LANGUAGES:
            name = agency.title(language)
            for pattern, fault, remedy in (
                (_ARTICLE, "begins with an article", "put it into article_en"),
                (_DESK, "has the word for a desk in it", "name the office, not its desk"),
                (_NOTE, "has a note for authors in it", "put it into the column note"),
            ):
                if pattern.search(name):
                    yield _problem(
                        "agencies.csv",
                        f"name_{language}",
                        "agency-name",
                        f"{agency.code}: the name {name!r} {fault}.",
                        f"Citizens would read it in every sentence; {remedy}.",
                    )


def _pages(catalogue: Catalogue) -> Iterator[Problem]:
    for agency in catalogue.agencies():
        page = catalogue.agency_page(agency.code)
        for each in page.addressees if page else ():
            if not all(_BOX.search(text) and _PHONE.search(text) for text in each.texts.values()):
                yield _problem(
                    "agency_pages.csv",
                    "text_en",
                    "agency-page",
                    f"{agency.code}: the address {each.say('en').splitlines()[0]!r} is not whole.",
                    "Give a P.O. Box (S. L. P.) and a telephone number in both languages.",
                )


def _sentences(catalogue: Catalogue) -> Iterator[Problem]:
    for key in sorted(catalogue.string_keys()):
        for language in LANGUAGES:
            text = catalogue.text(key, language)
            if "{agency}" not in text and "{office}" not in text:
                continue
            if language != "en" and not _name_is_safe(text):
                yield _problem(
                    "strings.csv",
                    language,
                    "agency-agreement",
                    f"{key}: the verb of {text!r} would have to agree with each office's name.",
                    'Let the name follow "na", "la", "ya" or "kwa": "Itasomwa na {agency}".',
                )
            doubled = next(_doubled(catalogue, key, language), None)
            if doubled is not None:
                yield doubled


def _name_is_safe(text: str) -> bool:
    places = re.split(r"\{(?:agency|office)\}", text)[:-1]
    return all(_SAFE_BEFORE_NAME.search(before) for before in places)


def _doubled(catalogue: Catalogue, key: str, language: str) -> Iterator[Problem]:
    text = catalogue.text(key, language)
    for agency in catalogue.agencies():
        said = _said(text, agency, language)
        found = _DOUBLED.search(said) or _DOUBLED_IN_KISWAHILI.search(said)
        if found:
            yield _problem(
                "strings.csv",
                language,
                "doubled-word",
                f'{key}: with {agency.code} it reads "{said}".',
                f'"{found.group(1)}" stands there twice; mend the name or the sentence.',
            )


def _said(text: str, agency: Agency, language: str) -> str:
    said = text.replace("{agency}", agency.in_sentence(language))
    return said.replace("{office}", agency.title(language))


def _channels(catalogue: Catalogue, service: Service) -> Iterator[Problem]:
    key = charter.where_key(service.channels)
    told = "+".join(service.channels)
    portal = catalogue.agency(service.agency).portal
    if any(each.startswith("portal") for each in service.channels) and not portal:
        yield _problem(
            "services.csv",
            "channel",
            "portal-unnamed",
            f"{service.code} is given on a website, and {service.agency} names none.",
            "Fill portal_en and portal_sw in agencies.csv, or correct the channel.",
        )
    for language in LANGUAGES:
        known = key in catalogue.string_keys()
        said = catalogue.text(key, language) if known else ""
        if not all(_names(said, channel, language) for channel in service.channels):
            yield _problem(
                "services.csv",
                "channel",
                "channel-unsaid",
                f"{service.code} is given by {told}, and {key} ({language}) does not say so.",
                f"Write {key} in strings.csv so that it names each channel.",
            )
            return


def _names(said: str, channel: str, language: str) -> bool:
    if channel.startswith("portal"):
        return "{portal}" in said
    word = _CHANNEL_WORDS.get(channel, {}).get(language)
    return word is not None and word.lower() in said.lower()


def _price(service: Service) -> Iterator[Problem]:
    fee, words = service.fee, service.fee_words
    if fee.status != "N" and fee.value is None and not words:
        yield _problem(
            "services.csv",
            "fee_kes",
            "price-missing",
            f"{service.code}: the fee is said to be known ({fee.status}), and none is given.",
            "Write the amount, or what stands in its place into fee_words, or N as its status.",
        )
    if any(_A_TIME.search(said) for said in words.texts.values()):
        yield _problem(
            "services.csv",
            "fee_words",
            "price-words",
            f"{service.code}: {words.say('en')!r} stands where the price stands, and is none.",
            "Put it into fee_note, which is shown under the price.",
        )
    if not service.more_costs and any(_MORE.search(s) for s in service.fee_note.texts.values()):
        yield _problem(
            "services.csv",
            "more_costs",
            "more-costs",
            f"{service.code}: its note names something more to pay, and more_costs says no.",
            'Write yes, so that nobody is told "you pay nothing else".',
        )
    if any(_ACCESS_FEE.search(s) for s in service.fee_note.texts.values()):
        yield _problem(
            "services.csv",
            "fee_note",
            "access-fee",
            f"{service.code}: its note names an access fee; the kiosk works it out by the bands.",
            "Take it out of the note, and name eCitizen among the channels.",
            "warning",
        )


def _problem(
    sheet: str, column: str, code: str, text: str, remedy: str, severity: Severity = "error"
) -> Problem:
    return Problem(sheet, None, column, severity, code, text, remedy)
