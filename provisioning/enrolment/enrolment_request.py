"""Enrolment request: what a device says of itself and of its keys, signed with its own new key.

A COSE_Sign1 over a CBOR map (PROTOCOL.md section 12). The eight letters that the technician reads
aloud stand for the whole request; they come out of a slow hash, because eight letters are only 40
bits: to put another request with the same letters on the stick takes about 10^12 times 55 ms.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from provisioning.cbor import NotCanonical, decode, decode_tagged, encode
from provisioning.enrolment.faults import EnrolmentFileDamaged
from provisioning.faults import INPUT_ERRORS
from provisioning.identity import cose_sign1
from provisioning.identity.keys import HPKE_PUBLIC_BYTES, KEY_BYTES, NodeKeys, signing_public

REQUEST_TYPE = "application/vnd.huduma.request+cbor"
VERSION = 1
NONCE_BYTES = 16
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A device that asks for a certificate. `registry` is the number of the one it has."""

    name: str
    role: str
    site: str
    county: int
    unit: int
    signing: bytes
    hpke: bytes
    curve: bytes
    made: datetime
    nonce: bytes
    root: bytes
    """The first 8 bytes of SHA-256 of the root key that the device was given."""
    registry: int
    renews: bytes | None = None
    """The serial of the certificate that this one follows, under the same keys."""
    raw: bytes = b""
    """As it was signed."""

    @property
    def id(self) -> bytes:
        """What an answer names it by."""
        return hashlib.sha256(self.raw).digest()[:16]

    @property
    def letters(self) -> str:
        """The eight letters to read aloud, `ABCD-EFGH`."""
        slow = hashlib.scrypt(self.raw, salt=b"huduma request", n=1 << 14, r=8, p=1, dklen=5)
        bits = int.from_bytes(slow, "big")
        word = "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(35, -1, -5))
        return f"{word[:4]}-{word[4:]}"


def sign_request(request: EnrolmentRequest, keys: NodeKeys) -> EnrolmentRequest:
    """`request` with its signed bytes."""
    fields = {
        "v": VERSION,
        "name": request.name,
        "role": request.role,
        "site": request.site,
        "county": request.county,
        "unit": request.unit,
        "signing": request.signing,
        "hpke": request.hpke,
        "curve": request.curve,
        "made": int(request.made.timestamp()),
        "nonce": request.nonce,
        "root": request.root,
        "registry": request.registry,
        **({"renews": request.renews} if request.renews is not None else {}),
    }
    return replace(request, raw=cose_sign1.sign1(keys.signing, encode(fields), REQUEST_TYPE))


def read_request(raw: bytes) -> EnrolmentRequest:
    """The request in `raw`, signed by the key in it; raises `EnrolmentFileDamaged`."""
    try:
        fields = decode(decode_tagged(cose_sign1.TAG_SIGN1, raw)[2])
        key = signing_public(fields["signing"])
        cose_sign1.verify1(key, raw, REQUEST_TYPE)
        request = EnrolmentRequest(
            name=fields["name"],
            role=fields["role"],
            site=fields["site"],
            county=fields["county"],
            unit=fields["unit"],
            signing=fields["signing"],
            hpke=fields["hpke"],
            curve=fields["curve"],
            made=datetime.fromtimestamp(fields["made"], UTC),
            nonce=fields["nonce"],
            root=fields["root"],
            registry=fields["registry"],
            renews=fields.get("renews"),
            raw=raw,
        )
        known = fields["v"] == VERSION and _plain(request)
    except (NotCanonical, cose_sign1.BadSignature, OSError, *INPUT_ERRORS) as error:
        raise EnrolmentFileDamaged(_DAMAGED) from error
    if not known:
        raise EnrolmentFileDamaged(_DAMAGED)
    return request


_DAMAGED = "The request is damaged or of a version not known here; make it again on the device."


def _plain(request: EnrolmentRequest) -> bool:
    """Whether every field is of its type and length."""
    texts: tuple[object, ...] = (request.name, request.role, request.site)
    numbers = (request.county, request.unit, request.registry)
    binary: tuple[object, ...] = (request.hpke, request.curve, request.nonce, request.root)
    lengths = (len(request.hpke), len(request.curve), len(request.nonce), len(request.root))
    renews: object = request.renews
    return (
        all(isinstance(each, str) and 0 < len(each) <= 64 for each in texts)
        and all(type(each) is int and 0 <= each < 1 << 53 for each in numbers)
        and lengths == (HPKE_PUBLIC_BYTES, KEY_BYTES, NONCE_BYTES, 8)
        and all(isinstance(each, bytes) for each in binary)
        and (renews is None or isinstance(renews, bytes))
    )
