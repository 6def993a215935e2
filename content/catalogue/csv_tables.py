"""Tables: the CSV sources of a pack, read strictly into the model.

One file a table, UTF-8, a header row. The same reader serves the build (where a fault names the
file and the row to correct) and the device (where the bytes were verified before). Empty cells
mean "no value"; codes that point to another table are checked here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from content.catalogue.model import (
    STATUSES,
    Agency,
    AgencyPage,
    Category,
    Centre,
    County,
    Holiday,
    Language,
    PriorityClass,
    Requirement,
    ResearchedValue,
    Service,
    TranslatedText,
)
from content.csv_rows import Row, rows
from content.faults import SourcesRefused

T = TypeVar("T")

PAGES = "agency_pages.csv"
"""What offices say of themselves, one row a part; a pack may have none."""
PARTS_ONCE = ("office", "vision", "mission", "complaint")
PARTS_OFTEN = ("value", "standard", "addressee")

CHARTER_ZERO = "Nil"
"""How some charters write a fee of zero."""

NAMES = (
    "agencies.csv",
    "categories.csv",
    "centres.csv",
    "counties.csv",
    "holidays.csv",
    "languages.csv",
    "priority_classes.csv",
    "requirements.csv",
    "services.csv",
)
"""The tables a pack must have."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Every table by its key, in the order of its file."""

    agencies: Mapping[str, Agency]
    categories: Mapping[str, Category]
    centres: Mapping[str, Centre]
    counties: Mapping[str, County]
    holidays: Mapping[date, Holiday]
    languages: Mapping[str, Language]
    priority_classes: Mapping[str, PriorityClass]
    requirements: Mapping[str, Requirement]
    services: Mapping[str, Service]


def read(sources: Mapping[str, bytes]) -> Tables:
    """Every table from its file's bytes; raises `SourcesRefused` naming file and row."""
    for name in NAMES:
        if name not in sources:
            raise SourcesRefused(f"{name} is missing from the sources of the pack.")

    def table(name: str, make: Callable[[Row], tuple[str, T]]) -> dict[str, T]:
        return _table(name, sources[name], make)

    tables = Tables(
        agencies=table("agencies.csv", _agency),
        categories=table("categories.csv", _category),
        centres=table("centres.csv", _centre),
        counties=table("counties.csv", _county),
        holidays={h.day: h for h in table("holidays.csv", _holiday).values()},
        languages=table("languages.csv", _language),
        priority_classes=table("priority_classes.csv", _priority_class),
        requirements=table("requirements.csv", _requirement),
        services=table("services.csv", _service),
    )
    _check_references(tables)
    return tables


def _table(name: str, source: bytes, make: Callable[[Row], tuple[str, T]]) -> dict[str, T]:
    made: dict[str, T] = {}
    for line, row in rows(name, source):
        try:
            key, value = make(row)
        except KeyError as error:
            raise SourcesRefused(f"{name} has no column {error}; add it.") from error
        except ValueError as error:
            raise SourcesRefused(f"{name} line {line}: {error}.") from error
        if key in made:
            raise SourcesRefused(f"{name} line {line}: {key} is there already; keep one.")
        made[key] = value
    return made


def _check_references(tables: Tables) -> None:
    for service in tables.services.values():
        wanted = (
            (service.agency, tables.agencies, "agency"),
            (service.category, tables.categories, "category"),
            *(
                (key, tables.requirements, "requirement")
                for key in service.requirements.value or ()
            ),
        )
        for key, known, what in wanted:
            if key not in known:
                raise SourcesRefused(f"services.csv: {service.code} names {what} {key!r}, unknown.")
    for centre in tables.centres.values():
        if centre.county not in tables.counties:
            raise SourcesRefused(
                f"centres.csv: {centre.id} names county {centre.county!r}, unknown."
            )


def _words(row: Row, stem: str) -> TranslatedText:
    english, swahili = row[f"{stem}_en"], row[f"{stem}_sw"]
    if not english or not swahili:
        raise ValueError(f"{stem}_en and {stem}_sw must both be filled")
    return TranslatedText({"en": english, "sw": swahili})


def _status(row: Row, column: str) -> str:
    status = row[column]
    if status not in STATUSES:
        raise ValueError(f"{column} is {status!r}, not one of V, R, I, N")
    return status


def _number(text: str) -> int | None:
    return int(text) if text else None


def _month(text: str) -> str:
    date.fromisoformat(f"{text}-01")  # raises ValueError for what is no YYYY-MM
    return text


def _yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(f"{text!r} is neither yes nor no")
    return text == "yes"


def _agency(row: Row) -> tuple[str, Agency]:
    code = row["code"]
    agency = Agency(
        names=_words(row, "name"),
        code=code,
        colour=row["colour_hex"],
        icon=row["icon"],
        article=row.get("article_en", ""),
        portal=TranslatedText({"en": row.get("portal_en", ""), "sw": row.get("portal_sw", "")}),
    )
    return code, agency


def _category(row: Row) -> tuple[str, Category]:
    return row["key"], Category(_words(row, "name"), row["key"], row["icon"], int(row["order"]))


def _centre(row: Row) -> tuple[str, Centre]:
    centre = Centre(
        id=row["centre_id"],
        name=row["name"],
        county=row["county_code"],
        town=row["town"].removesuffix(" (confirm)"),
        state=row["status"],
        hours=row["hours_weekday"],
        extended=_yes(row["extended_hours"]),
        licence_biometrics=_yes(row["smart_licence_biometrics"]),
        judiciary_desk=_yes(row["judiciary_desk"]),
        status=_status(row, "verification"),
    )
    return centre.id, centre


def _county(row: Row) -> tuple[str, County]:
    headquarters = ResearchedValue(row["headquarters"], _status(row, "headquarters_status"))
    code = row["code"]
    return code, County(code, row["name"], headquarters, row["suggested_local_language"])


def _holiday(row: Row) -> tuple[str, Holiday]:
    day = date.fromisoformat(row["date"])
    status = _status(row, "verification")
    return row["date"], Holiday(_words(row, "name"), day, row["kind"], status)


def _language(row: Row) -> tuple[str, Language]:
    code, complete = row["app_code"], "complete" in row["status"]
    return code, Language(code, row["name_en"], row["endonym"], row["greeting"], complete)


def _priority_class(row: Row) -> tuple[str, PriorityClass]:
    made = PriorityClass(
        names=_words(row, "name"),
        code=row["code"],
        key=row["key"],
        icon=row["icon"],
        rank=int(row["rank"]),
        asked=row["rule"].startswith("asked"),
        status=_status(row, "verification"),
    )
    return made.key, made


def _requirement(row: Row) -> tuple[str, Requirement]:
    return row["key"], Requirement(_words(row, "text"), row["key"], row["icon"])


def _fee_texts(row: Row) -> tuple[TranslatedText, TranslatedText]:
    """(words in the place of the amount, note). Packs made before the two were told apart have a
    note only, which stood for an amount that was missing.
    """
    note = TranslatedText({"en": row["fee_note"], "sw": row["fee_note_sw"]})
    if "fee_words" in row:
        return TranslatedText({"en": row["fee_words"], "sw": row["fee_words_sw"]}), note
    nothing = TranslatedText({"en": "", "sw": ""})
    stands = not row["fee_kes"] or note.say("en") == CHARTER_ZERO
    return (note, nothing) if stands else (nothing, note)


def _service(row: Row) -> tuple[str, Service]:
    words, note = _fee_texts(row)
    turnaround = TranslatedText({"en": row["turnaround"], "sw": row["turnaround_sw"]})
    service = Service(
        names=_words(row, "service"),
        code=row["code"],
        agency=row["agency_code"],
        category=row["category"],
        requirements=ResearchedValue(
            tuple(row["requirement_keys"].split()), _status(row, "requirements_status")
        ),
        fee=ResearchedValue(_number(row["fee_kes"]), _status(row, "fee_status")),
        fee_words=words,
        fee_note=note,
        more_costs=_yes(row["more_costs"]) if "more_costs" in row else bool(note),
        turnaround=ResearchedValue(turnaround, _status(row, "turnaround_status")),
        sla_days=_number(row["sla_days"]),
        channels=tuple(row["channel"].split("+")),
        sources=tuple(row["source"].split()),
        as_of=_month(row["as_of"]),
        county=row["county"] or None,
    )
    return service.code, service


def read_pages(source: bytes, agencies: Collection[str]) -> Mapping[str, AgencyPage]:
    """The pages by agency; raises `SourcesRefused` naming the line, or the part that is missing."""
    parts: dict[str, dict[str, list[TranslatedText]]] = defaultdict(lambda: defaultdict(list))
    for line, row in rows(PAGES, source):
        agency, part = row.get("agency", ""), row.get("part", "")
        if agency not in agencies or part not in {*PARTS_ONCE, *PARTS_OFTEN}:
            raise SourcesRefused(f"{PAGES} line {line}: no agency {agency!r} or part {part!r}.")
        text = TranslatedText({"en": row.get("text_en", ""), "sw": row.get("text_sw", "")})
        if not all(text.texts.values()):
            raise SourcesRefused(f"{PAGES} line {line}: text_en and text_sw must both be filled.")
        parts[agency][part].append(text)
    return {agency: _page(agency, found) for agency, found in parts.items()}


def _page(agency: str, found: Mapping[str, list[TranslatedText]]) -> AgencyPage:
    for part in PARTS_ONCE:
        if len(found.get(part, ())) != 1:
            raise SourcesRefused(f"{PAGES}: {agency} needs its {part} once.")
    for part in PARTS_OFTEN:
        if not found.get(part):
            raise SourcesRefused(f"{PAGES}: {agency} has no {part}.")
    return AgencyPage(
        office=found["office"][0],
        vision=found["vision"][0],
        mission=found["mission"][0],
        values=tuple(found["value"]),
        standards=tuple(found["standard"]),
        complaint=found["complaint"][0],
        addressees=tuple(found["addressee"]),
    )
