"""The catalogue of a pack as one SQLite file that people open with Datasette or any SQLite tool.

Made by sqlite-utils from a catalogue that was opened, so it says what a kiosk would say: services
with what to bring, fees, offices, centres, forms, and every string, with full-text search over the
services and the strings. It is not part of a signed pack and no kiosk reads it: the bytes of such a
file follow the version of SQLite that wrote it, and a pack's bytes must not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlite_utils

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Service, TranslatedText
from content.faults import SourcesRefused

SqlRow = dict[str, Any]


def write_catalogue_file(catalogue: Catalogue, target: Path) -> dict[str, int]:
    """Write a new file `target`; rows per table. Raises `SourcesRefused` when it exists."""
    if target.exists():
        raise SourcesRefused(f"{target} exists already; name a new file.")
    languages = [each.code for each in catalogue.languages() if each.complete]
    with closing(sqlite_utils.Database(str(target))) as database:
        counts = {}
        for name, key, rows in _tables(catalogue, languages):
            table = database.table(name)
            counts[name] = table.insert_all(rows, pk=key, batch_size=1_000).count
        _connect(database, languages)
        return counts


def _tables(
    catalogue: Catalogue, languages: list[str]
) -> Iterator[tuple[str, str | tuple[str, ...], list[SqlRow]]]:
    def named(things: Iterable[Any], *fields: str) -> list[SqlRow]:
        return [
            {**_fields(each, *fields), **_texts("name", each.names, languages)} for each in things
        ]

    services = catalogue.services()
    yield "agency", "code", named(catalogue.agencies(), "code", "colour")
    yield "category", "key", named(catalogue.categories(), "key", "order")
    keys = {key for each in services for key in each.requirements.value or ()}
    things = [catalogue.requirement(key) for key in sorted(keys)]
    yield "requirement", "key", named(things, "key")
    yield "service", "code", [_service(each, languages) for each in services]
    yield "service_requirement", ("service", "place"), list(_to_bring(services))
    classes = catalogue.priority_classes()
    yield "priority_class", "key", named(classes, "key", "rank", "asked", "status")
    yield "county", "code", [_fields(each, "code", "name") for each in catalogue.counties()]
    about = ("id", "name", "county", "town", "hours", "state", "serving", "status")
    yield "centre", "id", [_fields(each, *about) for each in catalogue.centres()]
    form = ("id", "version", "service", "agency", "questions")
    forms = catalogue.forms()
    yield (
        "form",
        "id",
        [{**_fields(each, *form), **_texts("title", each.titles, languages)} for each in forms],
    )
    yield (
        "string",
        "key",
        [
            {"key": key, **{language: catalogue.text(key, language) for language in languages}}
            for key in sorted(catalogue.string_keys())
        ],
    )


def _fields(thing: object, *names: str) -> SqlRow:
    return {name: getattr(thing, name) for name in names}


def _service(service: Service, languages: list[str]) -> SqlRow:
    took = service.turnaround.value or TranslatedText({})
    return {
        **_fields(service, "code", "agency", "category"),
        **_texts("name", service.names, languages),
        "fee_kes": service.fee.value,
        "fee_status": service.fee.status,
        **_texts("fee_note", service.fee_note, languages),
        **_texts("turnaround", took, languages),
        "turnaround_status": service.turnaround.status,
        "to_bring_status": service.requirements.status,
        "channels": ", ".join(service.channels),
        "sources": ", ".join(service.sources),
        **_fields(service, "sla_days", "as_of", "county"),
    }


def _to_bring(services: Iterable[Service]) -> Iterator[SqlRow]:
    for service in services:
        for place, key in enumerate(service.requirements.value or (), start=1):
            yield {"service": service.code, "place": place, "requirement": key}


def _texts(name: str, text: TranslatedText, languages: list[str]) -> SqlRow:
    return {f"{name}_{language}": text.texts.get(language, "") for language in languages}


def _connect(database: sqlite_utils.Database, languages: list[str]) -> None:
    """Foreign keys, so that a reader can click from one table to the next, and search."""
    database.add_foreign_keys(
        [
            ("service", "agency", "agency", "code"),
            ("service", "category", "category", "key"),
            ("service", "county", "county", "code"),
            ("service_requirement", "service", "service", "code"),
            ("service_requirement", "requirement", "requirement", "key"),
            ("centre", "county", "county", "code"),
        ]
    )
    names = [f"{name}_{language}" for name in ("name", "fee_note") for language in languages]
    database.table("service").enable_fts(names)
    database.table("string").enable_fts(languages)
