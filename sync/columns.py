"""Columns: entries of one audience, laid out so that what repeats stands together.

A part is rows of entries turned into columns, grouped by (kind, field names); a group names its
fields, so a receiver needs no schema to read a newer sender. Byte strings go, end to end, into a
blob that is not compressed (they are sealed or random); everything else is deterministic CBOR
that compresses well. `unfold(fold(rows)) == rows`, and rows come back in order of `seq`.

Column codes: 0 the values as they are; 1 one value for all; 2 a table of values and an index
for each row; 3 integers as differences from the one before; 4 byte strings in the blob, all of
one length; 5 byte strings in the blob, each with its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from sync.plain_cbor import decode, encode
from sync.refusals import BadBatch

ROWS_MAX = 5_000
_GROUPS_MAX, _FIELDS_MAX, _NAME_MAX = 256, 64, 64
_PLAIN, _SAME, _TABLE, _STEPS, _BLOB, _BLOBS = range(6)
_RAW_FIELD = ""
"""The field of a body that is not a plain map: its bytes, as they were hashed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a part: `body` is its deterministic CBOR as the journal hashed it."""

    seq: int
    hlc: int
    kind: str
    subject: bytes
    body: bytes


def fold(rows: Sequence[Row]) -> tuple[bytes, bytes]:
    """(columns, blob) of `rows`, which are in order of seq."""
    bodies = {row.seq: _fields(row.body) for row in rows}
    order = sorted(rows, key=lambda row: (row.kind, sorted(bodies[row.seq]), row.seq))
    blob = bytearray()
    groups = []
    for (kind, names), group in groupby(
        order, key=lambda row: (row.kind, tuple(sorted(bodies[row.seq])))
    ):
        members = list(group)
        columns = [
            _pack([row.seq for row in members], blob),
            _pack([row.hlc for row in members], blob),
            _pack([row.subject for row in members], blob),
            *(_pack([bodies[row.seq][name] for row in members], blob) for name in names),
        ]
        groups.append([kind, list(names), len(members), columns])
    return encode(groups), bytes(blob)


def unfold(columns: bytes, blob: bytes) -> list[Row]:
    """The rows of a part in order of seq; raises `BadBatch`."""
    groups = decode(columns, "part of a batch")
    if not isinstance(groups, list) or len(groups) > _GROUPS_MAX:
        raise _bad()
    reader = _Blob(blob)
    rows: list[Row] = []
    for group in groups:
        match group:
            case [str(kind), list(names), int(count), list(packed)]:
                rows += _group_rows(kind, names, count, packed, reader)
            case _:
                raise _bad()
        if len(rows) > ROWS_MAX:
            raise _bad()
    if reader.left:
        raise _bad()
    rows.sort(key=lambda row: row.seq)
    return rows


def _group_rows(
    kind: str, names: list[Any], count: int, packed: list[Any], reader: _Blob
) -> list[Row]:
    named = all(isinstance(name, str) and len(name) <= _NAME_MAX for name in names)
    fits = 0 < count <= ROWS_MAX and len(packed) == len(names) + 3 and len(names) <= _FIELDS_MAX
    if not named or not fits or len(kind) > _NAME_MAX:
        raise _bad()
    seqs, hlcs, subjects, *fields = [_unpack(column, count, reader) for column in packed]
    rows = []
    for at in range(count):
        seq, hlc, subject = seqs[at], hlcs[at], subjects[at]
        # An exact type: a boolean is an integer to Python, but not to the journal.
        if type(seq) is not int or type(hlc) is not int or not 0 < seq < 1 << 63:
            raise _bad()
        if not isinstance(subject, bytes) or len(subject) != 16 or not 0 <= hlc < 1 << 63:
            raise _bad()
        body = _body(dict(zip(names, (field[at] for field in fields), strict=True)))
        rows.append(Row(seq, hlc, kind, subject, body))
    return rows


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        fields = decode(body, "body")
    except BadBatch:
        return {_RAW_FIELD: body}
    if not isinstance(fields, dict) or not all(
        isinstance(name, str) and 0 < len(name) <= _NAME_MAX for name in fields
    ):
        return {_RAW_FIELD: body}
    return fields if len(fields) <= _FIELDS_MAX else {_RAW_FIELD: body}


def _body(fields: Mapping[str, Any]) -> bytes:
    if _RAW_FIELD not in fields:
        return encode(fields)
    raw = fields[_RAW_FIELD]
    if len(fields) != 1 or not isinstance(raw, bytes):
        raise _bad()
    return raw


def _pack(values: list[Any], blob: bytearray) -> list[Any]:
    keys = [encode(value) for value in values]
    distinct = dict(zip(keys, values, strict=True))
    if len(distinct) == 1:
        return [_SAME, values[0]]
    if all(type(value) is int for value in values):
        return [_STEPS, [values[0], *(after - before for before, after in pairwise(values))]]
    if 2 * len(distinct) <= len(values):
        places = {key: place for place, key in enumerate(distinct)}
        return [_TABLE, list(distinct.values()), [places[key] for key in keys]]
    if all(isinstance(value, bytes) for value in values):
        for value in values:
            blob += value
        lengths = [len(value) for value in values]
        if len(set(lengths)) == 1:
            return [_BLOB, lengths[0]]
        return [_BLOBS, lengths]
    return [_PLAIN, values]


def _unpack(column: Any, count: int, reader: _Blob) -> list[Any]:
    match column:
        case [0, list(values)]:
            unpacked = values
        case [1, value]:
            unpacked = [value] * count
        case [2, list(table), list(places)]:
            if not all(type(place) is int and 0 <= place < len(table) for place in places):
                raise _bad()
            unpacked = [table[place] for place in places]
        case [3, list(steps)]:
            unpacked = _sums(steps)
        case [4, int(length)]:
            unpacked = [reader.take(length) for _ in range(count)]
        case [5, list(lengths)]:
            unpacked = [reader.take(length) for length in lengths]
        case _:
            raise _bad()
    if len(unpacked) != count:
        raise _bad()
    return unpacked


def _sums(steps: list[Any]) -> list[int]:
    total, sums = 0, []
    for step in steps:
        if type(step) is not int:
            raise _bad()
        total += step
        sums.append(total)
    return sums


class _Blob:
    """Reads byte strings off the blob, front to back."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._blob) - self._at

    def take(self, length: Any) -> bytes:
        if type(length) is not int or not 0 <= length <= self.left:
            raise _bad()
        self._at += length
        return self._blob[self._at - length : self._at]


def _bad() -> BadBatch:
    return BadBatch("A part of a batch is not what the protocol describes; quarantine it.")
