"""Who reads a complaint: one rule for the words of a quick complaint and for the complaint form.

A report of a bribe goes to the anti-corruption commission, every other complaint to the Huduma
Kenya Secretariat; never to the office that is complained about. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

COMPLAINT_FORM = "complaint"
BRIBE_READERS = ("EACC", "CAJ", "HUDUMA")
READERS = ("HUDUMA", "CAJ", "EACC")
_BRIBE = "asked_bribe"


def complaint_office(agencies: Collection[str], *, bribe: bool, about: str = "") -> str:
    """The first office that has a key (is one of `agencies`) and is not `about` itself."""
    wanted = [code for code in (BRIBE_READERS if bribe else READERS) if code != about]
    return next((code for code in wanted if code in agencies), wanted[0])


def form_office(agencies: Collection[str], answers: Mapping[str, str]) -> str:
    """Who reads a complaint form with these answers, by path."""
    bribe = _BRIBE in answers.get("/data/kind", "").split()
    return complaint_office(agencies, bribe=bribe, about=answers.get("/data/about_agency", ""))
