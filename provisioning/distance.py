"""Distance between two places on the Earth, along the surface."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0


def great_circle_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Kilometres between two (latitude, longitude) in degrees: haversine, on a sphere."""
    latitude, other = radians(here[0]), radians(there[0])
    up = sin((other - latitude) / 2) ** 2
    along = sin(radians(there[1] - here[1]) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, up + cos(latitude) * cos(other) * along)))
