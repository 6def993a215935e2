"""Batches: the same bytes everywhere, and no other bytes accepted."""

from __future__ import annotations

import hashlib
import tracemalloc

import cbor2
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.cbor import decode, encode
from provisioning.ids import SeededIds
from sync.batches.batch import SEGMENT_MAX, Fact, Stream, build, read_entries, read_envelope
from sync.batches.columns import Row, fold, unfold
from sync.compression import compressor
from sync.faults import BadBatch, NotSigned, SyncRefusal
from sync.journal.journal import GENESIS, encode_body
from tests.sync.world import facts, signing

STREAM = Stream("kiosk-1", b"epoch--1")
PLAN = [
    ("node.started", "national", {"service": "core", "version": "1", "boot": "a"}),
    ("print.queued", "site", {"job": "1", "kind": "ticket"}),
    ("print.proven", "site", {"job": "1", "kind": "ticket", "proof": "id"}),
    ("form.submitted", "agency:NRB", {"form": "lost_id", "index": 0, "sealed": b"\x07" * 70}),
    ("form.submitted", "agency:NRB", {"form": "lost_id", "index": 1, "sealed": b"\x08" * 75}),
    ("form.submitted", "agency:CRS", {"form": "birth_cert", "index": 0, "sealed": b"\x09" * 70}),
    ("staff.called", "site", {"site": "GPO", "state": "home"}),
    ("feedback.given", "national", {"face": 5, "words_sealed": None, "day": "2026-11-23"}),
]
KEY = signing("kiosk-1")


def one(plan=PLAN):
    made = facts(STREAM, plan)
    return made, build(KEY, STREAM, 1, GENESIS, GENESIS, made)


def receive(raw, key=KEY):
    envelope = read_envelope(raw)
    envelope.verify(key.public_key())
    return envelope, read_entries(envelope)


def test_what_is_shared_comes_out_as_it_went_in_and_the_chain_closes():
    made, raw = one()
    envelope, contents = receive(raw)
    assert list(contents.facts) == [fact for fact in made if fact.audience != "site"]
    assert contents.head == made[-1].hash
    assert (envelope.stream, envelope.no, envelope.first, envelope.count) == (STREAM, 1, 1, 8)
    assert (envelope.last, envelope.hash) == (8, hashlib.sha256(raw).digest())


def test_entries_of_the_site_leave_only_the_hash_of_each_run():
    made, raw = one()
    assert b"print.queued" not in raw
    withheld = cbor2.loads(cbor2.loads(raw)[1])[0]
    assert withheld == made[2].hash + made[6].hash


def test_a_segment_may_end_with_or_be_only_withheld_entries():
    plan = [PLAN[1], PLAN[2]]
    made, raw = one(plan)
    _, contents = receive(raw)
    assert list(contents.facts) == []
    assert contents.head == made[1].hash


def test_the_next_segment_goes_on_where_this_one_ends():
    made = facts(STREAM, PLAN)
    first = build(KEY, STREAM, 1, GENESIS, GENESIS, made[:5])
    digest = hashlib.sha256(first).digest()
    second = build(KEY, STREAM, 2, digest, made[4].hash, made[5:])
    envelope, contents = receive(second)
    assert (envelope.no, envelope.first, envelope.prev_segment) == (2, 6, digest)
    assert contents.head == made[-1].hash


def test_a_flipped_bit_anywhere_is_refused_by_a_named_fault():
    _, raw = one()
    codes = set()
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << (place % 8)
        with pytest.raises(SyncRefusal) as fault:
            receive(bytes(flipped))
        codes.add(fault.value.code)
    assert codes == {BadBatch.code, NotSigned.code}


def test_a_segment_cut_anywhere_or_with_more_after_its_end_is_refused():
    _, raw = one()
    for length in range(0, len(raw), 7):
        with pytest.raises(BadBatch):
            receive(raw[:length])
    with pytest.raises(BadBatch):
        receive(raw + b"\0")


def test_another_nodes_signature_is_refused():
    _, raw = one()
    with pytest.raises(NotSigned) as fault:
        receive(raw, signing("kiosk-2"))
    assert fault.value.code == 49


def resigned(header, parts):
    """A segment signed by the node itself over whatever `header` and `parts` say."""
    from provisioning.identity.cose_sign1 import signed_bytes

    signature = KEY.sign(signed_bytes(header, external=hashlib.sha256(parts).digest()))
    return encode([header, parts, signature])


@pytest.mark.parametrize(
    "change",
    [
        lambda h, p: (h, [p[0], [*p[1], ["site", b"\0\x80", b""]]]),
        lambda h, p: (h, [p[0] + bytes(32), p[1]]),
        lambda h, p: (h, [p[0][:-1], p[1]]),
        lambda h, p: (h, [p[0], p[1] + p[1]]),
        lambda h, p: (h, [p[0], [["national", b"\x09abc", b""]]]),
        lambda h, p: (h, [p[0], [["national", b"\x01\xff\xff", b""]]]),
        lambda h, p: (h, [p[0], [["", b"\0\x80", b""]]]),
        lambda h, p: (h, [p[0], [[a, c, b + b"x"] for a, c, b in p[1]]]),
        lambda h, p: (h, [p[0], [["national", b"\0\x80", b""]] * 65]),
        lambda h, p: (h, "parts"),
        lambda h, p: ([2, *h[1:]], p),
        lambda h, p: ([*h[:3], 0, *h[4:]], p),
        lambda h, p: ([*h[:5], 100_001, *h[6:]], p),
        lambda h, p: ([*h[:5], 2, *h[6:]], p),
        lambda h, p: ([h[0], "", *h[2:]], p),
        lambda h, p: ([*h[:2], b"short", *h[3:]], p),
        lambda h, p: ([*h[:6], b"x" * 32, h[7]], p),
        lambda h, p: ([*h[:7], b"x" * 32], p),
    ],
)
def test_a_signed_segment_that_is_not_as_described_is_refused(change):
    _, raw = one()
    header, parts, _ = decode(raw)
    header, parts = change(decode(header), decode(parts))
    with pytest.raises(BadBatch) as fault:
        receive(resigned(encode(header), encode(parts)))
    assert fault.value.code == 43


def test_too_many_bytes_are_refused_before_they_are_looked_at():
    with pytest.raises(BadBatch):
        read_envelope(bytes(SEGMENT_MAX + 1))


def test_a_bomb_is_refused_by_its_limit():
    import zstandard

    from sync.compression import _DICTIONARY, compressor

    bomb = compressor().pack(bytes(64 << 20))
    assert len(bomb) < 1 << 16
    assert zstandard.ZstdCompressionDict(_DICTIONARY.read_bytes()).dict_id()
    with pytest.raises(BadBatch):
        compressor().unpack(bomb, 4 << 20)


def test_a_body_that_is_not_a_plain_map_travels_as_its_bytes():
    import datetime as dt

    raw = cbor2.dumps({"at": dt.datetime(2026, 11, 23, tzinfo=dt.UTC)})
    rows = [Row(1, 2, "odd.kind", b"s" * 16, raw)]
    assert unfold(*fold(rows)) == rows


def test_a_sortable_subject_stands_once_and_without_its_time():
    ids = SeededIds(3)
    visit, other = ids.uuid7().bytes, ids.uuid7().bytes
    hlc = int.from_bytes(visit[:6], "big") << 16
    rows = [
        Row(1, hlc + 5, "visit.started", visit, encode_body({"site": "GPO"})),
        Row(2, hlc + (900 << 16), "visit.started", other, encode_body({"site": "GPO"})),
        Row(3, hlc + (901 << 16), "visit.ended", visit, encode_body({"site": "GPO"})),
    ]
    columns, blob = fold(rows)
    assert blob.count(visit[6:]) == 1
    assert visit not in blob
    assert unfold(columns, blob) == rows


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.text(max_size=8)
    | st.binary(max_size=12)
    | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
bodies = st.dictionaries(st.sampled_from(["a", "b", "form", "sealed", "index"]), values, max_size=4)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["x.y", "form.submitted"]), bodies), min_size=1, max_size=12)
)
def test_any_rows_fold_and_unfold(plan):
    rows = [
        Row(3 * at + 1, at << 40, kind, bytes([at]) * 16, encode_body(body))
        for at, (kind, body) in enumerate(plan)
    ]
    assert unfold(*fold(rows)) == rows


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_crashes(noise):
    _, raw = one()
    header, _, _ = decode(raw)
    for attempt in (noise, resigned(noise, noise), resigned(header, noise)):
        with pytest.raises(BadBatch):
            receive(attempt)


@settings(max_examples=300, deadline=None)
@given(values)
def test_any_plain_value_in_place_of_columns_is_refused_or_read(value):
    try:
        rows = unfold(encode(value), b"")
    except BadBatch:
        return
    assert fold(rows)


def test_segments_are_the_same_bytes_every_time():
    assert one()[1] == one()[1]
    assert isinstance(one()[0][0], Fact)


def parts_of(*columns, blob=bytes(16)):
    return encode([b"", [["national", compressor().pack(encode(each)), blob] for each in columns]])


def group(rows, names, *columns):
    """A group of `rows` entries about the one subject, with these columns of fields."""
    return ["k", names, rows, [[3, [1] * rows], [1, 1], [1, 1], [1, 0], *columns]]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(
            parts_of([1, [], [group(5_000, ["f"], [1, "A" * 3_900_000])]]), id="one value for all"
        ),
        pytest.param(
            parts_of([1, [], [group(5_000, ["f"], [2, ["A" * 3_900_000], [0] * 5_000])]]),
            id="one row of a table for all",
        ),
        pytest.param(
            parts_of(*[[1, [], [group(5_000, ["f"], [1, "A" * 3_000])]]] * 64),
            id="a little in each of many parts",
        ),
        pytest.param(
            parts_of([1, [], [group(1, ["f"], [0, [[[]] * 4_000_000]])]]), id="four million lists"
        ),
        pytest.param(
            parts_of(
                [1, [], [group(5_000, ["f" * 60 + str(at) for at in range(64)], *[[1, 0]] * 64)]]
            ),
            id="long names of many fields",
        ),
    ],
)
def test_a_small_signed_segment_becomes_nothing_large(parts):
    _, raw = one()
    header, _, _ = decode(raw)
    header = encode([*decode(header)[:5], 5_000, *decode(header)[6:]])
    raw = resigned(header, parts)
    assert len(raw) < 1 << 16
    tracemalloc.start()
    try:
        with pytest.raises(BadBatch):
            receive(raw)
        assert tracemalloc.get_traced_memory()[1] < 96 << 20
    finally:
        tracemalloc.stop()


def test_an_envelope_of_millions_of_values_is_refused_before_they_are_made():
    raw = b"\x9a" + (11 << 20).to_bytes(4, "big") + b"\x80" * (11 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(BadBatch):
            read_envelope(raw)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_frame_that_asks_for_a_large_window_is_refused():
    parameters = zstandard.ZstdCompressionParameters.from_level(
        3, window_log=27, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=False
    )
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = packer.compress(b"a") + packer.flush()
    with pytest.raises(BadBatch):
        compressor().unpack(b"\x01" + frame, 4 << 20)


class PanicException(BaseException):
    """What a library in Rust raises, by its name."""


@pytest.mark.parametrize("raised", [MemoryError, RecursionError, OverflowError, PanicException])
def test_whatever_a_decoder_raises_is_a_refusal(monkeypatch, raised):
    def fail(*_):
        raise raised

    envelope = read_envelope(one()[1])
    monkeypatch.setattr("sync.batches.batch.unfold", fail)
    with pytest.raises(BadBatch):
        read_entries(envelope)


def test_a_stop_is_no_refusal(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    envelope = read_envelope(one()[1])
    monkeypatch.setattr("sync.batches.batch.unfold", stop)
    with pytest.raises(KeyboardInterrupt):
        read_entries(envelope)


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({"no": (1 << 53) - 1, "prev_segment": b"x" * 32}, True),
        ({"no": 1 << 53, "prev_segment": b"x" * 32}, False),
        ({"no": 0, "prev_segment": b"x" * 32}, False),
        ({"no": -1, "prev_segment": b"x" * 32}, False),
        ({"no": True}, False),
        ({"first": (1 << 53) - 1, "prev_entry": b"x" * 32}, True),
        ({"first": 1 << 53, "prev_entry": b"x" * 32}, False),
        ({"first": 0, "prev_entry": b"x" * 32}, False),
        ({"count": 1}, True),
        ({"count": 100_000}, True),
        ({"count": 100_001}, False),
        ({"count": 0}, False),
        ({"node": "n" * 64}, True),
        ({"node": "n" * 65}, False),
        ({"node": ""}, False),
        ({"epoch": b"e" * 7}, False),
        ({"epoch": b"e" * 9}, False),
        ({"no": 2, "prev_segment": b"x" * 31}, False),
        ({"first": 2, "prev_entry": b"x" * 33}, False),
        ({"no": 2}, False),
        ({"first": 2}, False),
        ({"prev_segment": b"x" * 32}, False),
        ({"prev_entry": b"x" * 32}, False),
    ],
)
def test_the_header_of_a_segment_is_taken_up_to_its_bounds(change, taken):
    _, raw = one()
    header, parts, _ = decode(raw)
    names = ["v", "node", "epoch", "no", "first", "count", "prev_segment", "prev_entry"]
    fields = dict(zip(names, decode(header), strict=True)) | change
    altered = resigned(encode(list(fields.values())), parts)
    if taken:
        envelope = read_envelope(altered)
        said = vars_of(envelope)
        assert {name: said[name] for name in change} == change
        assert envelope.last == envelope.first + envelope.count - 1
    else:
        with pytest.raises(BadBatch):
            read_envelope(altered)


def vars_of(envelope):
    numbers = {name: getattr(envelope, name) for name in ("no", "first", "count")}
    before = {"prev_segment": envelope.prev_segment, "prev_entry": envelope.prev_entry}
    return numbers | before | {"node": envelope.stream.node, "epoch": envelope.stream.db_epoch}


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_refused_before_it_is_checked(length):
    header, parts, _ = decode(one()[1])
    with pytest.raises(BadBatch, match="no Ed25519 signature"):
        read_envelope(encode([header, parts, bytes(length)]))


def test_facts_that_do_not_follow_one_another_make_no_segment():
    made = facts(STREAM, PLAN)
    for wrong in (made[::-1], [made[0], made[2]], [made[0], made[0]]):
        with pytest.raises(AssertionError):
            build(KEY, STREAM, 1, GENESIS, GENESIS, wrong)


@pytest.mark.parametrize(("audience", "taken"), [("a" * 64, True), ("a" * 65, False), ("a", True)])
def test_the_name_of_an_audience_is_bounded(audience, taken):
    header, parts, _ = decode(one([("x.y", "national", {"a": 1})])[1])
    withheld, [(_, packed, blob)] = decode(parts)
    altered = resigned(header, encode([withheld, [[audience, packed, blob]]]))
    if taken:
        assert [each.audience for each in receive(altered)[1].facts] == [audience]
    else:
        with pytest.raises(BadBatch):
            receive(altered)


@pytest.mark.parametrize(("over", "taken"), [(0, True), (1, False)])
def test_a_part_unpacks_to_four_mebibytes_and_no_more(over, taken):
    def made(letters):
        return facts(STREAM, [("x.y", "national", {"a": "x" * letters})])

    def size(letters):
        fact = made(letters)[0]
        return len(fold([Row(1, fact.hlc, "x.y", fact.subject.bytes, fact.body)])[0])

    letters = (4 << 20) - (size(1 << 20) - (1 << 20)) + over
    assert size(letters) == (4 << 20) + over
    raw = build(KEY, STREAM, 1, GENESIS, GENESIS, made(letters))
    if taken:
        assert len(receive(raw)[1].facts) == 1
    else:
        with pytest.raises(BadBatch):
            receive(raw)


def columns_of(**change):
    """One group of one row, as columns, with something changed."""
    row = {
        "subjects": 1, "times": [], "kind": "x.y", "names": ["a"], "count": 1, "seq": [1, 1],
        "time": [1, 0], "counter": [1, 0], "place": [1, 0], "fields": [[1, 5]], "blob": bytes(16),
        "groups": 1,
    } | change  # fmt: skip
    columns = [row["seq"], row["time"], row["counter"], row["place"], *row["fields"]]
    group = [row["kind"], row["names"], row["count"], columns]
    return encode([row["subjects"], row["times"], [group] * row["groups"]]), row["blob"]


def names(count, length=3):
    return [f"{at:0{length}}" for at in range(count)]


BOUNDS = [
    ({}, True),
    ({"kind": "k" * 64}, True),
    ({"kind": "k" * 65}, False),
    ({"names": ["n" * 64]}, True),
    ({"names": ["n" * 65]}, False),
    ({"names": [5]}, False),
    ({"names": names(64), "fields": [[1, 5]] * 64}, True),
    ({"names": names(65), "fields": [[1, 5]] * 65}, False),
    ({"names": ["a", "b"]}, False),
    ({"names": []}, False),
    ({"groups": 256, "seq": [1, 1]}, True),
    ({"groups": 257, "seq": [1, 1]}, False),
    ({"groups": 0}, True),
    ({"count": 0, "seq": [0, []]}, False),
    ({"count": 2, "seq": [3, [1, 1]]}, True),
    ({"count": 2, "seq": [3, [1, 1, 1]]}, False),
    ({"count": 2, "seq": [3, [1]]}, False),
    ({"count": 5_000, "seq": [3, [1] * 5_000]}, True),
    ({"count": 5_001, "seq": [3, [1] * 5_001]}, False),
    ({"seq": [1, 0]}, False),
    ({"seq": [1, (1 << 63) - 1]}, True),
    ({"seq": [1, 1 << 63]}, False),
    ({"seq": [1, True]}, False),
    ({"seq": [3, [True]]}, False),
    ({"time": [1, (1 << 47) - 1]}, True),
    ({"time": [1, 1 << 47]}, False),
    ({"time": [1, -1]}, False),
    ({"counter": [1, 0xFFFF]}, True),
    ({"counter": [1, 0x10000]}, False),
    ({"counter": [1, -1]}, False),
    ({"place": [1, 1]}, False),
    ({"place": [1, -1]}, False),
    ({"place": [1, False]}, False),
    ({"place": [2, [0], [0]]}, True),
    ({"place": [2, [0], [1]]}, False),
    ({"place": [2, [0], [-1]]}, False),
    ({"place": [2, [0], [False]]}, False),
    ({"subjects": 0, "blob": b""}, False),
    ({"subjects": -1, "blob": b""}, False),
    ({"subjects": 2, "blob": bytes(32)}, True),
    ({"subjects": 1, "blob": bytes(15)}, False),
    ({"subjects": 1, "blob": bytes(17)}, False),
    ({"subjects": 5_000, "blob": bytes(80_000)}, True),
    ({"subjects": 5_001, "blob": bytes(80_016)}, False),
    ({"times": [0], "blob": bytes(10)}, True),
    ({"times": [0, 0], "blob": bytes(10)}, False),
    ({"times": [1], "blob": bytes(10)}, False),
    ({"times": [-(1 << 48)], "blob": bytes(10)}, False),
    ({"times": [1 - (1 << 48)], "blob": bytes(10)}, True),
    ({"times": ["x"], "blob": bytes(10)}, False),
    ({"fields": [[4, 3]], "blob": bytes(19)}, True),
    ({"fields": [[4, 4]], "blob": bytes(19)}, False),
    ({"fields": [[4, -1]], "blob": bytes(16)}, False),
    ({"fields": [[4, True]], "blob": bytes(17)}, False),
    ({"fields": [[5, [3]]], "blob": bytes(19)}, True),
    ({"fields": [[5, [3, 0]]], "blob": bytes(19)}, False),
    ({"fields": [[5, [True]]], "blob": bytes(17)}, False),
    ({"fields": [[6, 1]]}, False),
    ({"names": [""], "fields": [[1, b"\xa0"]]}, True),
    ({"names": [""], "fields": [[1, "text"]]}, False),
    ({"names": ["", "a"], "fields": [[1, b"\xa0"], [1, 5]]}, False),
]  # fmt: skip


@pytest.mark.parametrize(("change", "taken"), BOUNDS)
def test_columns_are_taken_up_to_their_bounds(change, taken):
    columns, blob = columns_of(**change)
    if taken:
        assert len(unfold(columns, blob)) == change.get("count", 1) * change.get("groups", 1)
    else:
        with pytest.raises(BadBatch):
            unfold(columns, blob)


@pytest.mark.parametrize(
    ("values", "column", "blob"),
    [
        (["x", "x", "x"], [1, "x"], b""),
        ([5, 7, 4], [3, [5, 2, -3]], b""),
        (["x", "y", "x", "y"], [2, ["x", "y"], [0, 1, 0, 1]], b""),
        (["x", "y", "x"], [0, ["x", "y", "x"]], b""),
        (["x", "y", "z"], [0, ["x", "y", "z"]], b""),
        ([True, 1, 1], [0, [True, 1, 1]], b""),
        ([b"ab", b"cd", b"ef"], [4, 2], b"abcdef"),
        ([b"ab", b"c", b"def"], [5, [2, 1, 3]], b"abcdef"),
        ([b"ab", b"c", "def"], [0, [b"ab", b"c", "def"]], b""),
    ],
)
def test_a_column_stands_in_its_shortest_form(values, column, blob):
    rows = [
        Row(at, at, "x.y", b"s" * 16, encode({"a": value})) for at, value in enumerate(values, 1)
    ]
    columns, made = fold(rows)
    assert decode(columns)[2][0][3][4] == column
    assert made == b"s" * 16 + blob
    assert unfold(columns, made) == rows


@pytest.mark.parametrize(
    ("body", "as_bytes"),
    [
        (encode({"a": 1}), False),
        (encode({}), False),
        (encode([1, 2]), True),
        (encode("text"), True),
        (encode({"": 1}), True),
        (encode({"n" * 64: 1}), False),
        (encode({"n" * 65: 1}), True),
        (encode(dict.fromkeys(names(64), 1)), False),
        (encode(dict.fromkeys(names(65), 1)), True),
        (b"\xff", True),
    ],
)
def test_a_body_that_columns_do_not_hold_travels_as_its_bytes(body, as_bytes):
    rows = [Row(1, 2, "x.y", b"s" * 16, body)]
    columns, blob = fold(rows)
    assert (decode(columns)[2][0][1] == [""]) is as_bytes
    assert unfold(columns, blob) == rows


@pytest.mark.parametrize(
    ("off_ms", "near"), [(0, True), (2**31 - 1, True), (2**31, False), (-(2**31), False)]
)
def test_a_subject_far_from_its_first_entry_stands_whole(off_ms, near):
    at = 1 << 40
    subject = (at - off_ms).to_bytes(6, "big") + b"t" * 10
    rows = [Row(1, at << 16, "x.y", subject, encode({}))]
    columns, blob = fold(rows)
    assert decode(columns)[1] == ([off_ms] if near else [])
    assert len(blob) == (10 if near else 16)
    assert unfold(columns, blob) == rows
