"""Samples of finding a service: each list and each charter of the content."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.visit.flow import State
from kiosk.visit.ports import SlipState
from kiosk.visit.sample import Build, Sample, SampleContent

S = State


def search(sample: Sample) -> Sample:
    """Four results, in the words people use."""
    return sample.at(S.SEARCH, query="kitambulisho" if sample.language == "sw" else "lost id")


def ticked(sample: Sample, code: str) -> Sample:
    """The charter of `code` after one tick."""
    needs = sample.content.catalogue.requirements(sample.content.catalogue.service(code))
    return sample.at(S.SERVICE, service=code, ticked={needs[0].key} if needs else set())


def ready(sample: Sample) -> Sample:
    """Everything ticked, and the list is being printed."""
    ticked(sample, "NRB-02").beside(paper=SlipState.PRINTING)
    service = sample.content.catalogue.service("NRB-02")
    sample.session.ticked = {e.key for e in sample.content.catalogue.requirements(service)}
    sample.session.checklist = sample.session.visit
    return sample


def list_unprinted(sample: Sample) -> Sample:
    """The list could not be printed: all a charter may have to say."""
    sample.session.checklist = sample.session.visit
    return ticked(sample, "NRB-02").beside(paper=SlipState.FAILED)


SAMPLES: dict[str, Build] = {
    "find": lambda s: s.at(S.FIND),
    "offices": lambda s: s.at(S.OFFICES),
    "search": search,
    "search-nothing": lambda s: s.at(S.SEARCH, query="zzz"),
    "services": lambda s: s.at(S.SERVICES, category="identity"),
    "office": lambda s: s.at(S.OFFICE, agency="KITUI"),
    "service": lambda s: s.at(S.SERVICE, service="NRB-02"),
    "service-ticked": lambda s: ticked(s, "NRB-02"),
    "service-ready": ready,
    "service-list-unprinted": list_unprinted,
    "priority": lambda s: s.at(S.PRIORITY, service="NRB-02"),
}


def every(content: SampleContent) -> Iterator[tuple[str, Build]]:
    """Each category, each office, each service: fresh, and after one tick."""
    for category in content.catalogue.categories():
        yield f"services-{category.key}", _listed("category", category.key)
    for agency in content.catalogue.agencies():
        yield f"services-{agency.code}", _listed("agency", agency.code)
    for service in content.catalogue.services():
        code = service.code
        yield f"service-{code}", _charter(code, tick=False)
        yield f"service-{code}-ticked", _charter(code, tick=True)


def _listed(field: str, key: str) -> Build:
    return lambda s: s.at(S.SERVICES, **{field: key})


def _charter(code: str, *, tick: bool) -> Build:
    return lambda s: ticked(s, code) if tick else s.at(S.SERVICE, service=code)
