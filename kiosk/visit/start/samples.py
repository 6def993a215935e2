"""Samples of the screens that open, close and interrupt a visit."""

from __future__ import annotations

from dataclasses import replace
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


def practice(sample: Sample) -> Sample:
    """At home, at a practice site with a long name."""
    return longest_site(sample).beside(place=replace(sample.place, demo=True))


def at_van(sample: Sample) -> Sample:
    """At home, in a van at its outing."""
    name = "Huduma Mashinani: Soko la Wajir Bor"
    return sample.at(S.HOME).beside(place=replace(sample.place, name=name, mobile=True))


SAMPLES: dict[str, Build] = {
    "attract": lambda s: s.at(S.ATTRACT),
    "language": lambda s: s.at(S.LANGUAGE),
    "home": lambda s: s.at(S.HOME),
    "home-closed": closed,
    "home-longest-site": longest_site,
    "home-practice": practice,
    "home-van": at_van,
    "help": lambda s: s.at(S.HELP),
    "sound": lambda s: s.at(S.SOUND, listening=True),
    "staff-called": lambda s: s.at(S.STAFF_CALLED, call=CallResult(light=True, centre=True)),
    "staff-called-by-all": lambda s: s.at(S.STAFF_CALLED, call=CallResult(True, True, True)),
    "staff-called-not-heard": lambda s: s.at(S.STAFF_CALLED, call=CallResult()),
    "unavailable": lambda s: s.at(S.UNAVAILABLE, fault_code=41),
    "goodbye": lambda s: s.at(S.GOODBYE),
}
