"""Geography: which centre offers what, as far as the content says, and which centre is near.

Distances are between county headquarters on the sphere, good enough to say "the nearest is
Machakos"; a centre of the same county is nearer than any other. Where the content does not say
whether a centre offers a service, the answer is None and never a guess.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from content import csv_rows
from content.catalogue import csv_tables
from content.catalogue.model import Centre, Service
from provisioning.distance import great_circle_km

_REACH_STEP_KM = 5
_LICENCE = frozenset({"NTSA-01"})
_COURT = "JUD-"

Place = tuple[float, float]
"""Latitude and longitude in degrees."""


class Geography:
    """Centres in space; `places` is `county_places.csv` (county_code, latitude, longitude,
    area_km2).
    """

    def __init__(self, places: bytes, known: csv_tables.Tables) -> None:
        self._centres = known.centres
        rows = [row for _, row in csv_rows.rows("county_places.csv", places)]
        self._places: Mapping[str, Place] = {
            row["county_code"]: (float(row["latitude"]), float(row["longitude"])) for row in rows
        }
        self._reach: Mapping[str, int] = {
            # A pack made before the areas were known still opens.
            row["county_code"]: _reach_m(float(row["area_km2"]))
            for row in rows
            if row.get("area_km2")
        }

    def middle(self, county: str) -> Place | None:
        """The headquarters of a county; None where it is not known."""
        return self._places.get(county)

    def reach_m(self, county: str) -> int | None:
        """How far from its headquarters a place of the county may be, metres, generously."""
        return self._reach.get(county)

    def offered(self, service: Service, centre: Centre) -> bool | None:
        """Whether `centre` offers `service`; None where the content does not say."""
        if not centre.serving:
            return False
        if service.county is not None:
            return service.county == centre.county
        if service.code in _LICENCE:
            return centre.licence_biometrics
        if service.code.startswith(_COURT):
            return centre.judiciary_desk
        return None

    def nearest(self, service: Service, centre: Centre) -> Centre | None:
        """The nearest other centre that offers `service`, or is not known to lack it."""
        others = [
            other
            for other in self._centres.values()
            if other.id != centre.id and self.offered(service, other) is not False
        ]
        return min(others, key=lambda other: self.distance_km(centre, other), default=None)

    def distance_km(self, one: Centre, other: Centre) -> float:
        """Between the headquarters of their counties; 0 in one county, inf where not known."""
        if one.county == other.county:
            return 0.0
        here, there = self._places.get(one.county), self._places.get(other.county)
        if here is None or there is None:
            return math.inf
        return great_circle_km(here, there)


def _reach_m(area_km2: float) -> int:
    """Twice the radius of a circle of that area (headquarters are not in the middle), in steps
    of five kilometres.
    """
    return math.ceil(2 * math.sqrt(area_km2 / math.pi) / _REACH_STEP_KM) * _REACH_STEP_KM * 1000
