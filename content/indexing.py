"""Indexing: which texts of a service its search document is made of.

The words people really use come from `synonyms.csv` (phrase, services best first, language).
"""

from __future__ import annotations

from collections.abc import Iterator

from content import search, tables
from content.faults import SourcesRefused
from content.model import Service
from content.search import Phrase, SearchIndex


def index_services(known: tables.Tables, synonyms: bytes) -> SearchIndex:
    """The index of all services; raises `SourcesRefused` for a synonym of an unknown service."""
    texts = {service.code: list(_texts(service, known)) for service in known.services.values()}
    names = [
        Phrase(service.title(language), (service.code,))
        for service in known.services.values()
        for language in ("en", "sw")
    ]
    phrases = [*_phrases(synonyms, known), *names]
    return SearchIndex(search.documents(list(texts), texts, phrases))


def _texts(service: Service, known: tables.Tables) -> Iterator[tuple[float, str]]:
    agency, category = known.agencies[service.agency], known.categories[service.category]
    yield search.NAME, service.code
    for language in ("en", "sw"):
        yield search.NAME, service.title(language)
        yield search.AGENCY, f"{agency.code} {agency.title(language)}"
        yield search.CATEGORY, category.title(language)
        for key in service.requirements.value or ():
            yield search.REQUIREMENT, known.requirements[key].title(language)


def _phrases(synonyms: bytes, known: tables.Tables) -> Iterator[Phrase]:
    for line, row in tables.rows("synonyms.csv", synonyms):
        codes = tuple(row["services"].split())
        for code in codes:
            if code not in known.services:
                raise SourcesRefused(f"synonyms.csv line {line} names service {code!r}, unknown.")
        yield Phrase(row["phrase"], codes)
