"""Responses: what a server's answer means for one submission. Pure; one table each for HEAD and
POST.

Only 201 and 202 are success. A 200 is a login page of a captive portal until proven otherwise.
HEAD must answer 204 with the OpenRosa header; a Location is followed on the same host only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urljoin, urlsplit

from sync.agency.openrosa.submission import LIMIT_BYTES_DEFAULT

PASSING = {0, 408, 425, 429}
OPENROSA_HEADER = "x-openrosa-version"
LIMIT_HEADER = "x-openrosa-accept-content-length"
_DIGITS_MAX = 15


class DeliveryDecision(Enum):
    """What to do with a submission next."""

    ACCEPTED = "accepted"  # the server has it: never send again
    RETRY = "retry"  # passing trouble: same bytes again after a pause
    ASK = "ask"  # credentials or permission: stop everything and ask a person
    CONFLICT = "conflict"  # the server holds other bytes under this id: a person must look
    PARKED = "parked"  # this submission is refused; the others go on
    PORTAL = "portal"  # not an ODK server at all (captive portal, wrong address): stop, retry later


@dataclass(frozen=True, slots=True)
class ServerResponse:
    """A server's answer; header names in lower case. `status` 0: nothing came back."""

    status: int
    headers: Mapping[str, str]
    text: str = ""


NO_ANSWER = ServerResponse(0, {}, "")


@dataclass(frozen=True, slots=True)
class PostTarget:
    """What the HEAD request told: where to post and how much at once."""

    url: str
    limit_bytes: int


def decide_head(url: str, answer: ServerResponse) -> PostTarget | DeliveryDecision:
    """Whether `url` is an OpenRosa server that will take our posts."""
    status = answer.status
    if status in {401, 403}:
        return DeliveryDecision.ASK
    if status == 0 or status >= 500:
        return DeliveryDecision.RETRY
    if OPENROSA_HEADER not in answer.headers or status not in {200, 204, 301, 302, 307, 308}:
        return DeliveryDecision.PORTAL
    location = answer.headers.get("location", "")
    target = _followed(url, location) if location else url
    if target is None or (not location and status != 204):
        return DeliveryDecision.PORTAL
    limit = answer.headers.get(LIMIT_HEADER, "")
    told = int(limit) if limit.isascii() and limit.isdigit() and len(limit) <= _DIGITS_MAX else 0
    return PostTarget(target, told or LIMIT_BYTES_DEFAULT)


def decide_post(answer: ServerResponse) -> DeliveryDecision:
    """What the answer to one post means."""
    match answer.status:
        case 201 | 202:
            return DeliveryDecision.ACCEPTED
        case 401 | 403:
            return DeliveryDecision.ASK
        case 409:
            return DeliveryDecision.CONFLICT
        case status if status >= 500 or status in PASSING:
            return DeliveryDecision.RETRY
        case status if 400 <= status < 500:
            return DeliveryDecision.PARKED
        case _:
            return DeliveryDecision.PORTAL


def _followed(url: str, location: str) -> str | None:
    """Where `location` leads, when it is an address of the same host."""
    try:
        target = urljoin(url, location)
        return target if same_host(url, target) else None
    except ValueError:
        return None


def same_host(first: str, second: str) -> bool:
    """Same host, and never from https down to http."""
    one, two = urlsplit(first), urlsplit(second)
    downgrade = one.scheme == "https" and two.scheme != "https"
    return one.hostname == two.hostname and not downgrade
