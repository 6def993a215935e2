"""One list of answers as an agency signs it, and its bytes (PROTOCOL.md, "Answers").

A list holds the numbers of cases (`lookup_number`), by what is said of them. Lists of an agency are
numbered without gaps; each names the one before, so that none can be left out, changed or moved
unnoticed. Everything in it was said at one moment, which costs nothing a case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provisioning.cbor import NotCanonical, decode, decode_tagged, encode
from provisioning.identity import cose_sign1
from sync.answers.lookup_number import NUMBER_BITS
from sync.answers.number_set import pack_numbers, unpack_numbers
from sync.batches.chain import MARK_BYTES, short_hash
from sync.faults import BadBatch, NotSigned, arrived

LIST_TYPE = "application/vnd.huduma.answers+cbor"
VERSION = 1
LIST_BYTES_MAX = 48 << 10
ROWS_MAX = 10_000
CODES_MAX = 256
_AGENCY_MAX = 16
_NUMBER_MAX = 1 << 53
_MADE_MAX = 1 << 40


@dataclass(frozen=True, slots=True)
class AnswerList:
    """List `no` of `agency`, after the one with mark `before`; `rows` is number to code."""

    agency: str
    no: int
    before: bytes
    made: datetime
    rows: Mapping[int, int]


def sign_list(key: Ed25519PrivateKey, answers: AnswerList) -> bytes:
    """`answers` signed by the agency's key; raises `BadBatch` when it is too large for a list."""
    if not 0 < len(answers.rows) <= ROWS_MAX:
        raise BadBatch(f"A list holds 1 to {ROWS_MAX} answers, not {len(answers.rows)}.")
    by_code: dict[int, list[int]] = {}
    for number, code in answers.rows.items():
        by_code.setdefault(code, []).append(number)
    groups = [
        [code, len(numbers), pack_numbers(numbers, NUMBER_BITS)]
        for code, numbers in sorted(by_code.items())
    ]
    made = int(answers.made.timestamp())
    fields = [VERSION, answers.agency, answers.no, answers.before, made, groups]
    return cose_sign1.sign1(key, encode(fields), LIST_TYPE)


def list_mark(raw: bytes) -> bytes:
    """The short hash by which the next list names this one."""
    return short_hash(hashlib.sha256(raw).digest())


def read_list(raw: bytes) -> AnswerList:
    """What `raw` says, whoever signed it; raises `BadBatch`."""
    if len(raw) > LIST_BYTES_MAX:
        raise BadBatch("A list of answers is larger than any may be.")
    with arrived("list of answers"):
        try:
            fields = decode(decode_tagged(cose_sign1.TAG_SIGN1, raw)[2])
        except NotCanonical as error:
            raise BadBatch("A list of answers is not what the protocol describes.") from error
        match fields:
            case [1, str(agency), int(no), bytes(before), int(made), list(groups)]:
                pass
            case _:
                raise BadBatch("A list of answers is of a kind this release does not know.")
        sound = (
            0 < len(agency) <= _AGENCY_MAX
            and 0 < no < _NUMBER_MAX
            and len(before) == MARK_BYTES
            and 0 <= made < _MADE_MAX
            and 0 < len(groups) <= CODES_MAX
        )
        if not sound:
            raise BadBatch("A list of answers has parts that no list may have.")
        return AnswerList(agency, no, before, datetime.fromtimestamp(made, UTC), _rows(groups))


def verify_list(raw: bytes, key: Ed25519PublicKey | None, agency: str) -> None:
    """Raises `NotSigned` unless `key`, the key of `agency`, signed `raw`."""
    msg = f"A list of answers in the name of {agency} is not signed by it; it is forged."
    if key is None:
        raise NotSigned(msg)
    try:
        cose_sign1.verify1(key, raw, LIST_TYPE)
    except cose_sign1.BadSignature as error:
        raise NotSigned(msg) from error


def _rows(groups: Sequence[Any]) -> dict[int, int]:
    rows: dict[int, int] = {}
    total, before = 0, -1
    for group in groups:
        match group:
            case [int(code), int(count), bytes(packed)]:
                pass
            case _:
                raise BadBatch("A group of answers is not what the protocol describes.")
        total += count
        if not (before < code < CODES_MAX and count > 0 and total <= ROWS_MAX):
            raise BadBatch("A group of answers is out of order, empty or too large.")
        before = code
        for number in unpack_numbers(packed, count, NUMBER_BITS):
            rows[number] = code
    if len(rows) != total:
        raise BadBatch("A list of answers says two things of one case.")
    return rows
