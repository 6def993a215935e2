"""Claims: what a node's certificate lets its entries say of where they come from. Pure.

An entry may name its site, and a ticket the unit of the kiosk that numbered it. A device whose
settings were edited would sign entries of another centre with its own key: the signature holds,
the claim does not. Such a batch is kept whole and unread; it never stops those that follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from provisioning.cbor import encode
from sync.batches.batch import Fact
from sync.faults import decode_arrived

_SITE_KEY, _UNIT_SERIES = encode("site"), b"-K"
_SERIES = re.compile(r".*-K(\d+)-")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a certificate says; `unit` is None in one issued before certificates had it."""

    site: str
    unit: int | None = None


def contradiction(facts: Iterable[Fact], claims: Claims) -> str:
    """The first entry that names another site or unit, in a sentence; "" where there is none."""
    own = _SITE_KEY + encode(claims.site)
    for fact in facts:
        if fact.body.count(_SITE_KEY) != fact.body.count(own):  # also where one stands in another
            site = _field(fact, "site")
            if site not in {None, claims.site}:
                return f"entry {fact.seq} names site {site}, the certificate {claims.site}"
        if claims.unit is not None and _UNIT_SERIES in fact.body:
            unit = _unit_of(fact)
            if unit not in {None, claims.unit}:
                return f"entry {fact.seq} names unit {unit}, the certificate {claims.unit}"
    return ""


def _unit_of(fact: Fact) -> int | None:
    """The unit whose own numbers a ticket has; None for every other entry."""
    series = _field(fact, "series") if fact.kind == "ticket.issued" else None
    found = _SERIES.fullmatch(series) if isinstance(series, str) else None
    return int(found[1]) if found else None


def _field(fact: Fact, name: str) -> Any:
    body = decode_arrived(fact.body, "body of an entry")
    return body.get(name) if isinstance(body, dict) else None
