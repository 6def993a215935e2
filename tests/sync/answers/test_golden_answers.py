"""The golden list of answers of PROTOCOL.md, read as another team would: from the page, `keys.txt`,
a CBOR decoder and plain primitives. Then made anew, byte by byte.

`python -m tests.sync.answers.test_golden_answers` writes the files again after a deliberate change.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import Sign1Message

from sync.answers.answer_list import LIST_TYPE, AnswerList, list_mark, sign_list
from sync.answers.answer_store import START_MARK
from sync.answers.case_answer import ASKS_FACTOR, CaseAnswer, CaseState
from sync.answers.lookup_number import lookup_number
from tests.sync.test_golden import GOLDEN, golden

SEED = b"d" * 32
MADE = datetime(2026, 11, 23, 6, tzinfo=UTC)
READY, REJECTED, HIDDEN = "NRB-03AM-YEZX-B89QW", "NRB-0G4T-9WKE-2HM7C", "NRB-7K3MQ2-29"


def lists() -> dict[str, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    rows = {
        lookup_number(READY): CaseAnswer(CaseState.READY).code,
        lookup_number(REJECTED): CaseAnswer(CaseState.REJECTED, "photo").code,
        lookup_number(HIDDEN): ASKS_FACTOR,
        lookup_number(HIDDEN, "0042"): CaseAnswer(CaseState.WORKING).code,
    }
    first = sign_list(key, AnswerList("NRB", 1, START_MARK, MADE, rows))
    later = {lookup_number(READY): CaseAnswer(CaseState.WORKING).code}
    second = sign_list(key, AnswerList("NRB", 2, list_mark(first), MADE, later))
    return {"answers-1.cbor": first, "answers-2.cbor": second}


def payload(raw: bytes) -> list:
    """Verified with another COSE library, then plain CBOR."""
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    fields = cbor2.loads(raw).value
    assert cbor2.loads(fields[0]) == {1: -8, 3: LIST_TYPE}
    message = Sign1Message.from_cose_obj(
        [fields[0], {}, *fields[2:]], allow_unknown_attributes=False
    )
    message.key = OKPKey(crv=Ed25519, x=public)
    assert message.verify_signature()
    signed = cbor2.dumps(["Signature1", fields[0], b"", fields[2]])
    Ed25519PublicKey.from_public_bytes(public).verify(fields[3], signed)
    return cbor2.loads(fields[2])


def numbers(count: int, packed: bytes) -> list[int]:
    """The numbers of a group, bit by bit, as PROTOCOL.md says."""
    width = ((1 << 29) * 7 // (count * 10)).bit_length() - 1
    bits = iter("".join(f"{byte:08b}" for byte in packed))
    found, before = [], -1
    for _ in range(count):
        quotient = 0
        while next(bits) == "1":
            quotient += 1
        low = int("".join(next(bits) for _ in range(width)) or "0", 2)
        before += (quotient << width) + low + 1
        found.append(before)
    return found


def number_of(secret: str) -> int:
    made = hashlib.scrypt(secret.encode(), salt=b"answers of huduma 1", n=4096, r=8, p=1, dklen=4)
    return int.from_bytes(made, "big") >> 3


def test_the_golden_lists_are_read_with_nothing_of_ours() -> None:
    version, agency, no, before, made, groups = payload(golden("answers-1.cbor"))
    assert (version, agency, no, before) == (1, "NRB", 1, bytes(8))
    assert made == int(MADE.timestamp())
    said = {n: code for code, count, packed in groups for n in numbers(count, packed)}
    assert said == {
        number_of(READY): 2,
        number_of(REJECTED): 33,
        number_of(HIDDEN): 3,
        number_of(f"{HIDDEN}|0042"): 1,
    }
    _, _, no, before, *_ = payload(golden("answers-2.cbor"))
    assert (no, before) == (2, hashlib.sha256(golden("answers-1.cbor")).digest()[:8])


def test_the_golden_lists_are_made_anew_byte_by_byte() -> None:
    for name, made in lists().items():
        assert golden(name) == made


if __name__ == "__main__":
    for name, made in lists().items():
        (GOLDEN / name).write_bytes(made)
