"""Samples of the screens that open, close and interrupt a visit."""

from __future__ import annotations

from datetime import timedelta

from kiosk.visit.flow import State
from kiosk.visit.ports import CallResult, NetworkStatus
from kiosk.visit.sample import Build, Sample

S = State


def closed(sample: Sample) -> Sample:
    """At home, at night: the centre is closed, and the line says so."""
    return sample.at(S.HOME).beside(now=sample.now + timedelta(hours=12))


def longest_site(sample: Sample) -> Sample:
    """At home, in the centre with the longest name."""
    centres = sample.content.catalogue.centres()
    town = max(centres, key=lambda each: len(each.name)).town
    network = NetworkStatus(online=True, waiting=0)
    return sample.at(S.HOME).beside(place=sample.content.place(town), network=network)


SAMPLES: dict[str, Build] = {
    "attract": lambda s: s.at(S.ATTRACT),
    "language": lambda s: s.at(S.LANGUAGE),
    "home": lambda s: s.at(S.HOME),
    "home-closed": closed,
    "home-longest-site": longest_site,
    "help": lambda s: s.at(S.HELP),
    "staff-called": lambda s: s.at(S.STAFF_CALLED, call=CallResult(light=True, centre=True)),
    "staff-called-not-heard": lambda s: s.at(S.STAFF_CALLED, call=CallResult()),
    "unavailable": lambda s: s.at(S.UNAVAILABLE, fault_code=41),
    "goodbye": lambda s: s.at(S.GOODBYE),
}
