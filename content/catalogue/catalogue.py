"""Catalogue: everything that screens, slips and rules read from the installed content pack.

Opened from a verified pack (`content/pack/pack.py`) and then only read: look-ups by code,
free-text search, the words of the screens, forms, fees and opening hours by date. No clock:
callers give the day. Unknown codes raise `NotInPack` (34).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from content.catalogue import csv_tables, fees
from content.catalogue.counters import TABLE as COUNTERS
from content.catalogue.counters import check_counters
from content.catalogue.forms import PackForms
from content.catalogue.geography import Geography
from content.catalogue.model import (
    Agency,
    AgencyPage,
    Category,
    Centre,
    County,
    FormAsset,
    Language,
    PriorityClass,
    Requirement,
    ResearchedValue,
    Service,
)
from content.catalogue.opening_hours import OpeningHours
from content.catalogue.service_documents import index_services
from content.faults import NotInPack, SourcesRefused
from content.i18n import strings
from content.pack.pack import Pack

T = TypeVar("T")


class Catalogue:
    """The content of one pack. Open one with `Catalogue.open`."""

    def __init__(self, files: Mapping[str, bytes], pack: Pack | None, *, strict: bool) -> None:
        self._pack = pack
        self._tables = csv_tables.read(files)
        self._pages = csv_tables.read_pages(files.get(csv_tables.PAGES, b""), self._tables.agencies)
        self._strings = strings.read(files["strings.csv"], strict=strict)
        conventions = json.loads(files["conventions.json"])
        self.fees = fees.read(conventions)
        self.opening_hours = OpeningHours(self._tables.holidays)
        self.geography = Geography(files.get("county_places.csv", b""), self._tables)
        self._shelf = PackForms(files)
        self._search = index_services(self._tables, files.get("synonyms.csv", b""))
        self.text = self._strings.text

    @classmethod
    def open(cls, pack_dir: Path, root_public: bytes, *, strict: bool = False) -> Catalogue:
        """Verify the pack and read it; raises `PackRefused` (30) and its kin.

        `strict`: a missing string raises instead of showing its key (tests).
        """
        pack = Pack.open(pack_dir, root_public)
        files = {
            path: pack.read(path) for path in pack.manifest.files if not path.startswith("look/")
        }
        return cls(files, pack, strict=strict)

    @classmethod
    def check(cls, files: Mapping[str, bytes]) -> None:
        """Read sources as a device would; raises `SourcesRefused` (33)."""
        for name in (*csv_tables.NAMES, "strings.csv", "conventions.json"):
            if name not in files:
                raise SourcesRefused(f"{name} is missing from the sources of the pack.")
        try:
            centres = {each.id for each in cls(files, None, strict=True).centres()}
        except (json.JSONDecodeError, KeyError) as error:
            raise SourcesRefused(f"conventions.json cannot be read: {error!r}.") from error
        check_counters(files.get(COUNTERS, b""), files["services.csv"], centres)

    @property
    def pack(self) -> Pack:
        """The verified pack behind this catalogue."""
        assert self._pack is not None, "only a checked set of sources has no pack"
        return self._pack

    @property
    def content_date(self) -> date:
        """The day this content was made."""
        return self.pack.manifest.valid_from.date()

    @property
    def version(self) -> int:
        """The pack's version; greater is newer."""
        return self.pack.manifest.version

    def service(self, code: str) -> Service:
        return _of(self._tables.services, code, "service")

    def services(
        self,
        *,
        category: str | None = None,
        agency: str | None = None,
        county: str | None = None,
    ) -> list[Service]:
        """Services in the pack's order; with `county`, without other counties' own services."""
        return [
            service
            for service in self._tables.services.values()
            if (category is None or service.category == category)
            and (agency is None or service.agency == agency)
            and (county is None or service.county in {None, county})
        ]

    def search(
        self, text: str, language: str = "en", limit: int = 12, *, county: str | None = None
    ) -> list[Service]:
        """Services `text` may mean, best first. Both languages are searched whatever is shown."""
        del language  # people mix languages in one query; the interface's language is no hint
        found = [self._tables.services[code] for code in self._search.find(text, limit * 2)]
        kept = [service for service in found if county is None or service.county in {None, county}]
        return kept[:limit]

    def agencies(self) -> list[Agency]:
        """Agencies in the pack's order."""
        return list(self._tables.agencies.values())

    def agency(self, code: str) -> Agency:
        return _of(self._tables.agencies, code, "agency")

    def agency_page(self, code: str) -> AgencyPage | None:
        """What the agency's charter says of it; None where the pack has none."""
        return self._pages.get(code)

    def categories(self) -> list[Category]:
        """Categories in the order screens show them."""
        return sorted(self._tables.categories.values(), key=lambda category: category.order)

    def category(self, key: str) -> Category:
        return _of(self._tables.categories, key, "category")

    def centre(self, code: str) -> Centre:
        return _of(self._tables.centres, code, "centre")

    def centres(self) -> list[Centre]:
        return list(self._tables.centres.values())

    def counties(self) -> list[County]:
        return list(self._tables.counties.values())

    def county(self, code: str) -> County:
        return _of(self._tables.counties, code, "county")

    def languages(self) -> list[Language]:
        return list(self._tables.languages.values())

    def priority_classes(self, *, asked: bool = False) -> list[PriorityClass]:
        """All classes, or only those the citizen is asked about on screen."""
        found = self._tables.priority_classes.values()
        return [one for one in found if one.asked or not asked]

    def requirement(self, key: str) -> Requirement:
        return _of(self._tables.requirements, key, "requirement")

    def requirements(self, service: Service) -> list[Requirement]:
        """What to bring for `service`, in order."""
        return [self.requirement(key) for key in service.requirements.value or ()]

    def fee(self, service: Service, day: date) -> ResearchedValue[int]:
        """The fee in KES on `day`: a dated waiver wins over the charter."""
        return self.fees.fee(service, day)

    def form(self, form_id: str) -> FormAsset:
        """The compiled form; raises `NotInPack`."""
        return self._shelf.form(form_id)

    def forms(self) -> list[FormAsset]:
        return self._shelf.all()

    def forms_for(self, service: Service | str) -> list[FormAsset]:
        """The forms that start `service`."""
        code = service if isinstance(service, str) else service.code
        return [form for form in self._shelf.all() if form.service == code]

    def decided(self, form_id: str) -> bool:
        """Whether an office decides on what this form asks for. A form that is complete when it
        is sent (its service is given on the kiosk alone) has nothing to be approved; of a form
        that is in the pack no more nobody can say so.
        """
        if form_id not in {form.id for form in self.forms()}:
            return True
        return self.service(self.form(form_id).service).channels != ("kiosk",)

    def open_at(self, centre: Centre | str, moment: datetime) -> bool:
        """Whether the centre serves at `moment` (aware)."""
        return self.opening_hours.open_at(self._centre(centre), moment)

    def offered_at(self, service: Service | str, centre: Centre | str) -> bool | None:
        """Whether the data says the centre offers the service; None where it does not say."""
        code = service if isinstance(service, str) else service.code
        return self.geography.offered(self.service(code), self._centre(centre))

    def next_open(self, centre: Centre | str, moment: datetime) -> datetime:
        """When the centre next opens at or after `moment`."""
        return self.opening_hours.next_open(self._centre(centre), moment)

    def opens_again(self, centre: Centre | str, moment: datetime) -> datetime:
        """When the centre next opens after it closed, also when it closed early on that day."""
        return self.opening_hours.opens_again(self._centre(centre), moment)

    def nearest(self, service: Service | str, centre: Centre | str) -> Centre | None:
        """The nearest other centre not known to lack the service."""
        code = service if isinstance(service, str) else service.code
        return self.geography.nearest(self.service(code), self._centre(centre))

    def asset(self, path: str) -> Path:
        """Where a file of the pack (a font, a picture) lies on disk; raises `NotInPack`."""
        return self.pack.path(path)

    def string_keys(self) -> frozenset[str]:
        """Every key `text` knows."""
        return self._strings.keys()

    def _centre(self, centre: Centre | str) -> Centre:
        return self.centre(centre) if isinstance(centre, str) else centre


def _of(table: Mapping[str, T], code: str, what: str) -> T:
    found = table.get(code)
    if found is None:
        near = ", ".join(_near(code, list(table))[:3])
        hint = f"; did you mean {near}?" if near else "."
        raise NotInPack(f"The content pack has no {what} {code!r}{hint}")
    return found


def _near(code: str, known: Sequence[str]) -> list[str]:
    return [one for one in known if one.lower() == code.lower() or one[:3] == code[:3]]
