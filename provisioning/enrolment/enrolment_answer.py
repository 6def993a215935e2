"""Enrolment answer: what the workbench gives a device for its request, signed by the root key.

It names the request it answers and carries the new registry as a change of the one the device has;
the device's certificate stands in that registry. A COSE_Sign1 over a CBOR map (PROTOCOL.md 12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.cbor import NotCanonical, decode, encode
from provisioning.enrolment.faults import EnrolmentFileDamaged, OtherSite
from provisioning.faults import INPUT_ERRORS
from provisioning.identity import cose_sign1
from provisioning.identity.keys import signing_public

ANSWER_TYPE = "application/vnd.huduma.answer+cbor"
VERSION = 1


@dataclass(frozen=True, slots=True)
class EnrolmentAnswer:
    """The answer to the request `request`, to be accepted until `until`."""

    request: bytes
    name: str
    made: datetime
    until: datetime
    registry: Mapping[str, Any]


def sign_answer(root: Ed25519PrivateKey, answer: EnrolmentAnswer) -> bytes:
    """`answer`, signed."""
    fields = {
        "v": VERSION,
        "request": answer.request,
        "name": answer.name,
        "made": int(answer.made.timestamp()),
        "until": int(answer.until.timestamp()),
        "registry": dict(answer.registry),
    }
    return cose_sign1.sign1(root, encode(fields), ANSWER_TYPE)


def read_answer(root_public: bytes, raw: bytes) -> EnrolmentAnswer:
    """The answer in `raw`; raises `OtherSite` when another root signed it, or
    `EnrolmentFileDamaged`.
    """
    try:
        payload = cose_sign1.verify1(signing_public(root_public), raw, ANSWER_TYPE)
    except (cose_sign1.BadSignature, *INPUT_ERRORS) as error:
        msg = "The answer is not signed by the root key of this site; it is for another one."
        raise OtherSite(msg) from error
    try:
        fields = decode(payload)
        answer = EnrolmentAnswer(
            request=fields["request"],
            name=fields["name"],
            made=datetime.fromtimestamp(fields["made"], UTC),
            until=datetime.fromtimestamp(fields["until"], UTC),
            registry=fields["registry"],
        )
        known = fields["v"] == VERSION and isinstance(answer.registry, dict)
    except (NotCanonical, OSError, *INPUT_ERRORS) as error:
        raise EnrolmentFileDamaged(_DAMAGED) from error
    if not known:
        raise EnrolmentFileDamaged(_DAMAGED)
    return answer


_DAMAGED = "The answer is of a version not known here; update this device, then accept it again."
