"""Service documents: which texts of a service are searched.

The words people really use come from `synonyms.csv` (phrase, services best first, language).
"""

from __future__ import annotations

from collections.abc import Iterator

from content import csv_rows
from content.catalogue import csv_tables
from content.catalogue.model import Service
from content.faults import SourcesRefused
from content.search import index
from content.search.index import Phrase, SearchIndex


def index_services(known: csv_tables.Tables, synonyms: bytes) -> SearchIndex:
    """The index of all services; raises `SourcesRefused` for a synonym of an unknown service."""
    texts = {service.code: list(_texts(service, known)) for service in known.services.values()}
    names = [
        Phrase(service.title(language), (service.code,))
        for service in known.services.values()
        for language in ("en", "sw")
    ]
    phrases = [*_phrases(synonyms, known), *names]
    return SearchIndex(index.documents(list(texts), texts, phrases))


def _texts(service: Service, known: csv_tables.Tables) -> Iterator[tuple[float, str]]:
    agency, category = known.agencies[service.agency], known.categories[service.category]
    yield index.NAME, service.code
    for language in ("en", "sw"):
        yield index.NAME, service.title(language)
        yield index.AGENCY, f"{agency.code} {agency.title(language)}"
        yield index.CATEGORY, category.title(language)
        for key in service.requirements.value or ():
            yield index.REQUIREMENT, known.requirements[key].title(language)


def _phrases(synonyms: bytes, known: csv_tables.Tables) -> Iterator[Phrase]:
    for line, row in csv_rows.rows("synonyms.csv", synonyms):
        codes = tuple(row["services"].split())
        for code in codes:
            if code not in known.services:
                raise SourcesRefused(f"synonyms.csv line {line} names service {code!r}, unknown.")
        yield Phrase(row["phrase"], codes)
