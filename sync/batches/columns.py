"""Columns: entries of one audience, laid out as columns so that they compress well.

A part is rows of entries turned into columns, grouped by (kind, field names); a group names its
fields, so a receiver needs no schema to read a newer sender. Byte strings go, end to end, into a
blob that is not compressed (they are sealed or random); everything else is deterministic CBOR
that compresses well. Subjects stand once, in a table of their own. `unfold(fold(rows)) == rows`,
and rows come back in order of `seq`. What is made of a
segment is bounded while it is made, not only what came (`Allowance`).

Column codes: 0 the values as they are; 1 one value for all; 2 a table of values and an index
for each row; 3 integers as differences from the one before; 4 byte strings in the blob, all of
one length; 5 byte strings in the blob, each with its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from provisioning.cbor import NotCanonical, decode, encode
from sync.faults import BadBatch, decode_arrived

ROWS_MAX = 5_000
MADE_MAX = 16 << 20
"""Bytes of bodies that one segment becomes, however few it came in."""
_GROUPS_MAX, _FIELDS_MAX, _NAME_MAX = 256, 64, 64
_PLAIN, _SAME, _TABLE, _STEPS, _BLOB, _BLOBS = range(6)
_COUNTER_BITS, _COUNTER_MAX = 16, 0xFFFF
_SUBJECT_BYTES, _TIME_BYTES, _NEAR_MS = 16, 6, 1 << 31
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
    subjects = {row.subject: row.hlc >> _COUNTER_BITS for row in reversed(rows)}
    table = list(reversed(subjects))
    places = {subject: place for place, subject in enumerate(table)}
    blob = bytearray()
    times = _pack_subjects([(subject, subjects[subject]) for subject in table], blob)
    groups = []
    order = sorted(rows, key=lambda row: (row.kind, sorted(bodies[row.seq]), row.seq))
    for (kind, names), group in groupby(
        order, key=lambda row: (row.kind, tuple(sorted(bodies[row.seq])))
    ):
        members = list(group)
        columns = [
            _pack([row.seq for row in members], blob),
            _pack([row.hlc >> _COUNTER_BITS for row in members], blob),
            _pack([row.hlc & _COUNTER_MAX for row in members], blob),
            _pack([places[row.subject] for row in members], blob),
            *(_pack([bodies[row.seq][name] for row in members], blob) for name in names),
        ]
        groups.append([kind, list(names), len(members), columns])
    return encode([len(table), times, groups]), bytes(blob)


@dataclass(slots=True)
class Allowance:
    """What the parts of one segment may still become: each value that stands once for many rows
    is made once for each of them.
    """

    rows: int = ROWS_MAX
    size: int = MADE_MAX

    def take(self, *, rows: int = 0, size: int = 0) -> None:
        """Use some of it up; raises `BadBatch` when it is not enough."""
        self.rows -= rows
        self.size -= size
        if self.rows < 0 or self.size < 0:
            raise _bad()


def unfold(columns: bytes, blob: bytes, allowance: Allowance | None = None) -> list[Row]:
    """The rows of a part in order of seq; raises `BadBatch`."""
    allowance = allowance or Allowance()
    match decode_arrived(columns, "part of a batch"):
        case [int(subjects), list(times), list(groups)]:
            pass
        case _:
            raise _bad()
    if len(groups) > _GROUPS_MAX or not 0 <= subjects <= ROWS_MAX:
        raise _bad()
    reader = _Blob(blob)
    size = _SUBJECT_BYTES - (_TIME_BYTES if times else 0)
    tails = [reader.take(size) for _ in range(subjects)]
    drafts: list[_Draft] = []
    for group in groups:
        match group:
            case [str(kind), list(names), int(count), list(packed)]:
                drafts += _group_rows(kind, names, count, packed, reader, allowance)
            case _:
                raise _bad()
    if reader.left:
        raise _bad()
    drafts.sort(key=lambda draft: draft.seq)
    return _with_subjects(drafts, tails, times)


def _pack_subjects(subjects: list[tuple[bytes, int]], blob: bytearray) -> list[int]:
    """Put subjects into the blob. A sortable UUID begins with its time: when all do, near the
    time of the first entry about them, only the differences are kept (and returned).
    """
    times = [at - int.from_bytes(subject[:_TIME_BYTES], "big") for subject, at in subjects]
    near = all(abs(time) < _NEAR_MS for time in times)
    for subject, _ in subjects:
        blob += subject[_TIME_BYTES:] if near else subject
    return times if near else []


def _with_subjects(drafts: list[_Draft], tails: list[bytes], times: list[Any]) -> list[Row]:
    if times and len(times) != len(tails):
        raise _bad()
    whole: dict[int, bytes] = {} if times else dict(enumerate(tails))
    rows = []
    for draft in drafts:
        place = draft.place
        if type(place) is not int or not 0 <= place < len(tails):
            raise _bad()
        if place not in whole:
            step = times[place]
            at = (draft.hlc >> _COUNTER_BITS) - step if type(step) is int else -1
            if not 0 <= at < 1 << 8 * _TIME_BYTES:
                raise _bad()
            whole[place] = at.to_bytes(_TIME_BYTES, "big") + tails[place]
        rows.append(Row(draft.seq, draft.hlc, draft.kind, whole[place], draft.body))
    return rows


@dataclass(frozen=True, slots=True)
class _Draft:
    """A row whose subject is still a place in the table."""

    seq: int
    hlc: int
    kind: str
    place: Any
    body: bytes


def _group_rows(
    kind: str,
    names: list[Any],
    count: int,
    packed: list[Any],
    reader: _Blob,
    allowance: Allowance,
) -> list[_Draft]:
    named = all(isinstance(name, str) and len(name) <= _NAME_MAX for name in names)
    fits = 0 < count <= ROWS_MAX and len(packed) == len(names) + 4 and len(names) <= _FIELDS_MAX
    if not named or not fits or len(kind) > _NAME_MAX:
        raise _bad()
    allowance.take(rows=count)
    seqs, times, counters, places, *fields = [_unpack(each, count, reader) for each in packed]
    drafts = []
    for at in range(count):
        seq, time, counter = seqs[at], times[at], counters[at]
        # An exact type: a boolean is an integer to Python, but not to the journal.
        if not all(type(number) is int for number in (seq, time, counter)):
            raise _bad()
        if not (0 < seq < 1 << 63 and 0 <= time < 1 << 47 and 0 <= counter <= _COUNTER_MAX):
            raise _bad()
        body = _body(dict(zip(names, (field[at] for field in fields), strict=True)))
        allowance.take(size=len(body))
        drafts.append(_Draft(seq, time << _COUNTER_BITS | counter, kind, places[at], body))
    return drafts


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        fields = decode(body)
    except NotCanonical:
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
