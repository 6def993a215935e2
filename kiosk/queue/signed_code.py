"""Signed code: the content of a ticket's QR code, and its verification. Pure.

Payload: `HK1.LABEL.VISIT.SIGNATURE`, at most 110 characters. VISIT is the first six bytes of
the visit's UUIDv7 (its time in milliseconds), SIGNATURE is Ed25519 (RFC 8032) by the
node's key over "huduma ticket 1|SITE|DAY|LABEL|VISIT"; both base64url without padding. Site and
day are not carried: who checks knows the site, and the day follows from the visit's time (a visit
that began before midnight may hold a ticket of the next day). No personal data.

Where the centre's Wi-Fi shows citizens their place in line, the code is an address that ends with
that payload and says in words, before it, what the citizen must know where there is no Wi-Fi:
`http://10.1.2.3/t/A101/Huduma-Centre-Makadara/30-11-2026/wait-until-called/HK1...`.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.queue.numbering import service_day

PAYLOAD_MAX = 110
ADDRESS_MAX = 250
"""With an address before it: QR version 11 at level M, five dots a module on 58 mm paper."""
_WORDS_MAX = 40
_MAGIC = "HK1"
_VISIT_BYTES = 6


@dataclass(frozen=True, slots=True)
class TicketClaim:
    """What a genuine code says. `visit_head` are the first six bytes of the visit."""

    label: str
    day: date
    visit_head: bytes


def ticket_payload(
    key: Ed25519PrivateKey, site: str, day: date, ticket_label: str, visit: UUID
) -> str:
    """The payload of a ticket's code."""
    head = visit.bytes[:_VISIT_BYTES]
    signature = key.sign(_signed(site, day, ticket_label, head))
    payload = ".".join((_MAGIC, ticket_label, _text(head), _text(signature)))
    assert len(payload) <= PAYLOAD_MAX
    return payload


def ticket_address(hall_url: str, words: Sequence[str], payload: str) -> str:
    """`payload` as an address of the centre's own page, with `words` before it that can be read as
    they stand; the bare payload where there is no such page or the address would be too long.
    """
    if not hall_url:
        return payload
    readable = "/".join(_readable(each) for each in words)
    address = f"{hall_url.rstrip('/')}/t/{readable}/{payload}"
    return address if len(address) <= ADDRESS_MAX else payload


def code_of(text: str) -> str:
    """The payload of a scanned code, whether it stands alone or ends an address."""
    return text.rpartition("/")[2]


def visit_head(payload: str) -> bytes | None:
    """The six bytes of the visit a code names, believed by nobody yet; None for no code."""
    parts = payload.split(".")
    if len(payload) > PAYLOAD_MAX or len(parts) != 4 or parts[0] != _MAGIC:
        return None
    try:
        head = _bytes(parts[2])
    except (binascii.Error, ValueError):
        return None
    return head if len(head) == _VISIT_BYTES else None


def read_ticket(public: Ed25519PublicKey, site: str, payload: str) -> TicketClaim | None:
    """What the code says when `public` signed it for `site`; None for anything else."""
    head = visit_head(payload)
    if head is None:
        return None
    parts = payload.split(".")
    try:
        signature = _bytes(parts[3])
    except (binascii.Error, ValueError):
        return None
    try:
        began = datetime.fromtimestamp(int.from_bytes(head, "big") / 1000, UTC)
        near = [service_day(began + timedelta(days=days)) for days in (0, 1)]
    except (ValueError, OverflowError, OSError):  # a year after 9999
        return None
    for day in near:
        try:
            public.verify(signature, _signed(site, day, parts[1], head))
        except InvalidSignature:
            continue
        return TicketClaim(parts[1], day, head)
    return None


def _signed(site: str, day: date, ticket_label: str, head: bytes) -> bytes:
    return f"huduma ticket 1|{site}|{day.isoformat()}|{ticket_label}|{head.hex()}".encode()


def _readable(words: str) -> str:
    """Letters, digits and hyphens of `words`: an address needs nothing escaped."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_WORDS_MAX]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
