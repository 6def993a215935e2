"""Journal: gapless, ordered, chained; one altered byte anywhere is found and named."""

from __future__ import annotations

import itertools
import random
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.journal import hlc
from sync.journal.audit import rebuild, verify
from sync.journal.entry import COLUMNS
from sync.journal.journal import (
    GENESIS,
    JOURNAL_TABLES,
    Journal,
    JournalFault,
    chain_hash,
    encode_body,
    owner_of,
)
from sync.journal.kinds import AUDIENCES, KINDS
from sync.store.database import MigrationSet, Store, StoreDamaged

SUBJECT = UUID("01938a5c-0000-7000-8000-000000000001")
COUNTS = MigrationSet("counts", ("CREATE TABLE counted (kind TEXT PRIMARY KEY, entries INTEGER)",))


class Counted:
    """How many entries of each kind there are."""

    tables = ("counted",)

    def apply(self, tx, entry):
        tx.execute(
            "INSERT INTO counted VALUES (?, 1)"
            " ON CONFLICT (kind) DO UPDATE SET entries = entries + 1",
            (entry.kind,),
        )


@pytest.fixture
def journal(tmp_path, clock):
    store = Store.open(tmp_path / "huduma.db", [JOURNAL_TABLES, COUNTS])
    yield Journal(store, "kiosk-1", clock, [Counted()], db_epoch=b"12345678")
    store.close()


def tell(journal, *counts, subject=SUBJECT, kind="node.fault"):
    entries = []
    for count in counts:
        with journal.store.transaction() as tx:
            entries.append(journal.append(tx, kind, subject, {"count": count}))
    return entries


def test_entries_are_numbered_from_1_ordered_and_chained(journal, clock):
    entries = []
    for count in range(5):
        entries += tell(journal, count)
        clock.advance(seconds=count)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.prev for entry in entries] == [GENESIS, *(each.hash for each in entries[:-1])]
    assert sorted({entry.hlc for entry in entries}) == [entry.hlc for entry in entries]
    assert list(journal.entries()) == entries
    assert list(journal.entries(after=2, limit=2)) == entries[2:4]
    assert journal.last_seq() == 5
    assert journal.first_bad() is None


def test_the_bytes_of_an_entry_never_change():
    body = encode_body({"number": 7, "agency": "NRB", "sealed": b"\x00\xff", "when": None})
    assert body.hex() == (
        "a4"  # a map of 4, shorter keys first
        "647768656ef6"  # when: null
        "666167656e6379634e5242"  # agency: NRB
        "666e756d62657207"  # number: 7
        "667365616c65644200ff"  # sealed: 00 ff
    )
    digest = chain_hash(
        GENESIS, "kiosk-1", 1, 1764547200000 << 16, "ticket.issued", SUBJECT.bytes, "national", body
    )
    assert digest.hex() == "f3020fefa768ce4d77dde2ec967f412106583546fdc33e48101f6ca1eca88fbe"


def test_a_body_has_one_encoding_whatever_the_order_it_was_written_in():
    fields = {"b": 1, "a": [1, {"y": 2, "x": 3}], "ccc": b""}
    assert encode_body(fields) == encode_body(dict(reversed(fields.items())))


def test_the_entry_the_projection_and_the_head_are_one_commit(journal):
    def cut_off(tx):
        journal.append(tx, "node.fault", SUBJECT, {})
        raise KeyboardInterrupt

    tell(journal, 1)
    with pytest.raises(KeyboardInterrupt), journal.store.transaction() as tx:
        cut_off(tx)
    assert journal.last_seq() == 1
    assert journal.store.all("SELECT * FROM counted") == [("node.fault", 1)]
    assert journal.first_bad() is None
    assert tell(journal, 2)[0].seq == 2


def test_an_unknown_kind_or_field_or_audience_is_a_bug(journal):
    with journal.store.transaction() as tx:
        for kind, body, audience in [
            ("ticket.isued", {}, None),
            ("node.fault", {"name_of_citizen": "Wanjiku"}, None),
            ("ticket.issued", {}, "site"),
            ("form.submitted", {}, "national"),
            ("form.submitted", {}, None),
        ]:
            with pytest.raises(AssertionError):
                journal.append(tx, kind, SUBJECT, body, audience=audience)
        entry = journal.append(tx, "form.submitted", SUBJECT, {}, audience="agency:NRB")
        assert entry.audience == "agency:NRB"
        assert journal.append(tx, "ticket.issued", SUBJECT, {}).audience == "national"


def test_every_kind_is_documented():
    for name, kind in KINDS.items():
        assert name == kind.name
        assert name.count(".") == 1, name
        assert name == name.lower()
        assert kind.audience in AUDIENCES
        assert kind.fields, name
        assert kind.meaning.endswith("."), name


def test_another_nodes_database_is_refused(journal, clock):
    assert owner_of(journal.store) == ("kiosk-1", b"12345678")
    with pytest.raises(JournalFault, match="belongs to node kiosk-1"):
        Journal(journal.store, "kiosk-2", clock)


def test_the_epoch_is_made_once_and_renewed_after_a_restore(journal, clock):
    again = Journal(journal.store, "kiosk-1", clock, db_epoch=b"87654321")
    assert again.db_epoch == b"12345678"
    with journal.store.transaction() as tx:
        again.renew_epoch(tx, b"87654321")
    assert Journal(journal.store, "kiosk-1", clock).db_epoch == b"87654321"
    assert journal.first_bad() is None


def test_entries_about_one_subject(journal):
    other = SeededIds().uuid7()
    tell(journal, 1, 2)
    tell(journal, 3, subject=other)
    tell(journal, 4)
    assert [entry.body["count"] for entry in journal.about(SUBJECT)] == [1, 2, 4]
    assert [entry.body["count"] for entry in journal.about(other)] == [3]


def test_reading_page_by_page_allows_writing_between(journal):
    with journal.store.transaction() as tx:
        for count in range(1_203):
            journal.append(tx, "node.fault", SUBJECT, {"count": count})
    seen = 0
    for entry in journal.entries():
        seen += 1
        if entry.seq == 600:
            tell(journal, 1_203)
    assert seen == 1_204


# --- the hybrid clock


def test_time_in_the_journal_never_goes_back_though_the_clock_does(tmp_path):
    class Jumping(VirtualClock):
        def set(self, moment):
            self._now = moment

    clock = Jumping(datetime(2026, 11, 23, tzinfo=UTC))
    store = Store.open(tmp_path / "x.db", [JOURNAL_TABLES])
    journal = Journal(store, "kiosk-1", clock)
    stamps = [tell(journal, 0)[0].hlc]
    for moment in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)):
        clock.set(moment)
        stamps += [each.hlc for each in tell(journal, 1, 2)]
    clock.set(datetime(2026, 11, 24, tzinfo=UTC))
    stamps.append(tell(journal, 3)[0].hlc)
    assert stamps == sorted(set(stamps))
    assert hlc.to_time(stamps[-1]) == clock.now()
    assert hlc.to_time(stamps[-2]) == datetime(2026, 11, 23, tzinfo=UTC)
    assert journal.first_bad() is None
    store.close()


def test_what_is_told_after_hearing_of_something_comes_after_it(journal, clock):
    (first,) = tell(journal, 1)
    heard = hlc.from_time(clock.now() + timedelta(days=20)) + 5
    with journal.store.transaction() as tx:
        assert journal.observe(tx, heard)
    (second,) = tell(journal, 2)
    assert first.hlc < heard < second.hlc
    with journal.store.transaction() as tx:
        assert journal.observe(tx, 17)  # long ago: nothing changes
    assert tell(journal, 3)[0].hlc == second.hlc + 1
    assert journal.first_bad() is None


def test_a_clock_from_the_far_future_is_not_followed(journal, clock):
    (first,) = tell(journal, 1)
    with journal.store.transaction() as tx:
        assert not journal.observe(tx, hlc.from_time(datetime(2099, 1, 1, tzinfo=UTC)))
    (second,) = tell(journal, 2)
    assert second.hlc == first.hlc + 1


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(st.lists(st.tuples(moments, st.none() | moments), max_size=30))
def test_any_clock_and_any_mail_keep_the_order(steps):
    last = 0
    for now, remote in steps:
        if remote is not None:
            heard = hlc.from_time(remote) + 3
            merged = hlc.merge(last, heard, now)
            if remote < now + hlc.AHEAD_MAX:
                assert merged is not None
            last = last if merged is None else merged
            assert merged is None or hlc.tick(last, now) > heard
        stamp = hlc.tick(last, now)
        assert stamp > last
        assert stamp >= hlc.from_time(now)
        last = stamp


@given(moments)
def test_a_timestamp_is_a_time_to_the_millisecond(moment):
    exact = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert abs(hlc.to_time(hlc.from_time(exact)) - exact) < timedelta(milliseconds=1.001)


# --- verify: one byte, one entry


def filled(path, clock, entries=40):
    store = Store.open(path, [JOURNAL_TABLES, COUNTS])
    journal = Journal(store, "kiosk-1", clock, [Counted()])
    ids = SeededIds(5)
    kinds = itertools.cycle(["node.fault", "setting.changed", "clock.moved"])
    with store.transaction() as tx:
        for count, kind in zip(range(entries), kinds, strict=False):
            clock.advance(seconds=count % 7)
            field = min(KINDS[kind].fields)
            journal.append(tx, kind, ids.uuid7(), {field: f"value {count}"})
    return journal


def flipped(value, chance):
    """`value` with one bit of one byte changed, of the same SQLite type."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(0, 62))
    raw = bytearray(value.encode() if isinstance(value, str) else value)
    place = chance.randrange(len(raw))
    raw[place] ^= 1 << chance.randrange(0, 8 if isinstance(value, bytes) else 5)
    return raw.decode() if isinstance(value, str) else bytes(raw)


COLUMN_NAMES = COLUMNS.split(", ")


@pytest.mark.parametrize("column", COLUMN_NAMES)
def test_one_altered_byte_in_any_column_names_the_entry(tmp_path, clock, column):
    journal = filled(tmp_path / "x.db", clock)
    chance = random.Random(column)
    place = COLUMN_NAMES.index(column)
    rows = journal.store.all(f"SELECT {COLUMNS} FROM journal ORDER BY seq")
    for row in [rows[0], rows[-1], *chance.sample(rows[1:-1], 12)]:
        changed = flipped(row[place], chance)
        with journal.store.transaction() as tx:
            tx.execute(f"UPDATE journal SET {column} = ? WHERE seq = ?", (changed, row[0]))
        bad = journal.first_bad()
        # A row whose seq is 0 now stands before the first: it is the first that is wrong.
        assert bad == (1 if changed == 0 else row[0])
        with journal.store.transaction() as tx:
            where = changed if column == "seq" else row[0]
            tx.execute(f"UPDATE journal SET {column} = ? WHERE seq = ?", (row[place], where))
        assert journal.first_bad() is None


@pytest.mark.parametrize("column", COLUMN_NAMES[1:])
@pytest.mark.parametrize("value", ["CAST({0} AS TEXT)", "CAST({0} AS BLOB)", "0", "x''", "''"])
def test_a_value_of_another_type_is_named_too(tmp_path, clock, column, value):
    journal = filled(tmp_path / "x.db", clock, 5)
    statement = f"UPDATE journal SET {column} = {value.format(column)} WHERE seq = 3"
    before = journal.store.all("SELECT * FROM journal")
    with journal.store.transaction() as tx:
        tx.execute(statement)
    same = journal.store.all("SELECT * FROM journal") == before if "TEXT" not in value else False
    text = column in {"kind", "audience"} and value == "CAST({0} AS TEXT)"
    integer = column == "hlc" and value == "CAST({0} AS TEXT)"  # the column makes it a number again
    assert journal.first_bad() == (None if same or text or integer else 3)


@pytest.mark.parametrize("gone", [1, 2, 20, 39, 40])
def test_a_missing_entry_is_named_even_the_last(tmp_path, clock, gone):
    journal = filled(tmp_path / "x.db", clock)
    with journal.store.transaction() as tx:
        tx.execute("DELETE FROM journal WHERE seq = ?", (gone,))
    verdict = verify(journal.store, "kiosk-1")
    assert verdict.first_bad == gone
    assert verdict.reason


def test_a_tail_that_was_cut_off_is_found(tmp_path, clock):
    journal = filled(tmp_path / "x.db", clock)
    with journal.store.transaction() as tx:
        tx.execute("DELETE FROM journal WHERE seq > 25")
    verdict = verify(journal.store, "kiosk-1")
    assert (verdict.first_bad, verdict.entries) == (26, 25)
    assert verdict.reason == "the head says 40 entries, there are 25"


def test_an_entry_put_in_at_the_end_is_found_though_it_is_chained(tmp_path, clock):
    journal = filled(tmp_path / "x.db", clock)
    last = list(journal.entries())[-1]
    body = encode_body({"count": 1})
    digest = chain_hash(
        last.hash, "kiosk-1", 41, last.hlc + 1, "node.fault", SUBJECT.bytes, "national", body
    )
    with journal.store.transaction() as tx:
        tx.execute(
            "INSERT INTO journal VALUES (41, ?, 'node.fault', ?, 'national', ?, ?, ?)",
            (last.hlc + 1, SUBJECT.bytes, body, last.hash, digest),
        )
    assert verify(journal.store, "kiosk-1").first_bad == 41


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_head SET hash = zeroblob(32)",
        "UPDATE journal_head SET seq = 41",
        "UPDATE journal_head SET seq = 'many'",
        "UPDATE journal_head SET hlc = 0",
        "DELETE FROM journal_head",
        "DROP TABLE journal_head",
    ],
)
def test_an_altered_or_missing_head_is_found(tmp_path, clock, statement):
    journal = filled(tmp_path / "x.db", clock)
    with journal.store.transaction() as tx:
        tx.execute(statement)
    assert verify(journal.store, "kiosk-1").first_bad == 41


@pytest.mark.parametrize(
    ("head", "named"), [(0, 1), (1, 2), (39, 40), (40, None), (41, 41), (-1, 41), ("'x'", 41)]
)
def test_the_head_names_the_first_entry_it_does_not_know(tmp_path, clock, head, named):
    journal = filled(tmp_path / "x.db", clock)
    with journal.store.transaction() as tx:
        tx.execute(f"UPDATE journal_head SET seq = {head}")
    assert verify(journal.store, "kiosk-1").first_bad == named


def test_an_entry_that_cannot_be_read_is_named_itself(tmp_path, clock):
    """Reading in a row looks one row ahead: what comes before the damage is still good."""
    path = tmp_path / "x.db"
    filled(path, clock, 400).store.close()
    pages = bytearray(path.read_bytes())
    middle = pages.index(b"value 200")
    start = middle // 4096 * 4096
    pages[start : start + 8] = b"\xff" * 8
    path.write_bytes(pages)
    store = Store.read_only(path)
    readable = 0
    for seq in range(1, 401):
        try:
            row = store.one("SELECT body, hash FROM journal WHERE seq = ?", (seq,))
        except StoreDamaged:
            break
        assert row is not None
        readable = seq
    verdict = verify(store, "kiosk-1")
    assert 1 < readable < 200
    assert (verdict.entries, verdict.first_bad) == (readable, readable + 1)
    assert "cannot be read" in verdict.reason
    store.close()


def test_two_entries_changed_places_are_found(tmp_path, clock):
    journal = filled(tmp_path / "x.db", clock)
    with journal.store.transaction() as tx:
        for old, new in [(7, 99), (8, 7), (99, 8)]:
            tx.execute("UPDATE journal SET seq = ? WHERE seq = ?", (new, old))
    assert journal.first_bad() == 7


def test_text_that_is_no_text_any_more_is_named(tmp_path, clock):
    journal = filled(tmp_path / "x.db", clock)
    with journal.store.transaction() as tx:
        tx.execute("UPDATE journal SET kind = CAST(x'ff6e' AS TEXT) WHERE seq = 9")
    assert journal.first_bad() == 9


def test_any_byte_altered_in_the_file_itself_is_found_when_it_changes_an_entry(tmp_path, clock):
    journal = filled(tmp_path / "x.db", clock, 60)
    before = journal.store.all("SELECT * FROM journal ORDER BY seq")
    journal.store.checkpoint()
    journal.store.close()
    path, chance, found = tmp_path / "x.db", random.Random(4), 0
    whole = path.read_bytes()
    for _ in range(150):
        place = chance.randrange(4096, len(whole))
        bit = 1 << chance.randrange(8)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        store = Store.read_only(path)
        try:
            changed = store.all("SELECT * FROM journal ORDER BY seq") != before
        except StoreDamaged:
            changed = True
        if changed:
            first_bad = verify(store, "kiosk-1").first_bad
            assert first_bad is not None
            assert 1 <= first_bad <= 61
            found += 1
        store.close()
    assert found > 10


def test_another_nodes_journal_does_not_pass_for_this_ones(tmp_path, clock):
    journal = filled(tmp_path / "x.db", clock)
    assert verify(journal.store, "kiosk-2").first_bad == 1


def test_the_tail_alone_may_be_verified(tmp_path, clock):
    journal = filled(tmp_path / "x.db", clock)
    assert verify(journal.store, "kiosk-1", tail=10).entries == 40
    assert verify(journal.store, "kiosk-1", tail=1_000).first_bad is None
    with journal.store.transaction() as tx:
        tx.execute("UPDATE journal SET body = x'a0' WHERE seq = 33")
    assert verify(journal.store, "kiosk-1", tail=10).first_bad == 33
    assert verify(journal.store, "kiosk-1", tail=5).first_bad is None


def test_an_empty_journal_holds(journal):
    assert verify(journal.store, "kiosk-1").first_bad is None
    assert journal.last_seq() == 0
    assert list(journal.entries()) == []


# --- rebuild


def test_rebuilding_makes_every_projection_again_and_equal(journal):
    tell(journal, 1, 2, 3)
    assert journal.rebuild() == {"counted": True}
    assert journal.store.all("SELECT * FROM counted") == [("node.fault", 3)]


def test_a_projection_that_says_something_else_is_named_and_left_unless_kept(journal):
    tell(journal, 1, 2, 3)
    for wrong in (
        "UPDATE counted SET entries = 7",
        "INSERT INTO counted VALUES ('more', 1)",
        "DELETE FROM counted",
    ):
        with journal.store.transaction() as tx:
            tx.execute(wrong)
        before = journal.store.all("SELECT * FROM counted")
        assert journal.rebuild() == {"counted": False}
        assert journal.store.all("SELECT * FROM counted") == before
        assert journal.rebuild(keep=True) == {"counted": False}
        assert journal.store.all("SELECT * FROM counted") == [("node.fault", 3)]
        assert journal.rebuild() == {"counted": True}


def test_nothing_is_rebuilt_from_a_broken_journal(journal):
    tell(journal, 1, 2, 3)
    with journal.store.transaction() as tx:
        tx.execute("DELETE FROM journal WHERE seq = 2")
    with pytest.raises(JournalFault, match="Entry 2: it is missing"):
        journal.rebuild(keep=True)
    assert journal.store.all("SELECT * FROM counted") == [("node.fault", 3)]


class Parents:
    """Two tables, the second pointing at the first, to be cleared in the right order."""

    tables = ("parent", "child")

    def apply(self, tx, entry):
        tx.execute("INSERT INTO parent VALUES (?)", (entry.seq,))
        tx.execute("INSERT INTO child VALUES (?, ?)", (entry.seq, entry.body["count"]))


def test_tables_that_point_at_each_other_are_rebuilt(tmp_path, clock):
    tables = MigrationSet(
        "family",
        (
            """CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (parent INTEGER NOT NULL REFERENCES parent, count INTEGER)""",
        ),
    )
    store = Store.open(tmp_path / "x.db", [JOURNAL_TABLES, tables, COUNTS])
    journal = Journal(store, "kiosk-1", clock, [Parents(), Counted()])
    tell(journal, 5, 6, 7)
    assert journal.rebuild() == {"parent": True, "child": True, "counted": True}
    store.close()


bodies = st.dictionaries(
    st.sampled_from(["text", "code", "count", "service"]),
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text() | st.binary(),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(bodies, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_whatever_is_told_reads_back_verifies_and_cannot_be_changed(tmp_path_factory, told, chance):
    path = tmp_path_factory.mktemp("any") / "x.db"
    store = Store.open(path, [JOURNAL_TABLES, COUNTS])
    journal = Journal(store, "kiosk-1", VirtualClock(), [Counted()])
    with store.transaction() as tx:
        for body in told:
            journal.append(tx, "node.fault", SUBJECT, body)
    assert [dict(entry.body) for entry in journal.entries()] == told
    assert journal.first_bad() is None
    assert journal.rebuild() == {"counted": True}
    seq = chance.randint(1, len(told))
    raw = bytes(store.one("SELECT body FROM journal WHERE seq = ?", (seq,))[0])
    with store.transaction() as tx:
        tx.execute("UPDATE journal SET body = ? WHERE seq = ?", (flipped(raw, chance), seq))
    assert journal.first_bad() == seq
    store.close()


def test_it_stays_fast(tmp_path, clock):
    store = Store.open(tmp_path / "x.db", [JOURNAL_TABLES])
    journal = Journal(store, "kiosk-1", clock)
    body = {"site": "HC-001", "day": "2026-11-23", "series": "A", "number": 7, "label": "A007"}
    started = time.process_time()
    with store.transaction() as tx:
        for _ in range(10_000):
            journal.append(tx, "ticket.issued", SUBJECT, body)
    appended = time.process_time()
    assert journal.first_bad() is None
    verified = time.process_time()
    assert (appended - started) / 10_000 < 0.3e-3, "CPU seconds per append"
    assert (verified - appended) * 5 < 3, "CPU seconds to verify 50,000 entries"
    store.close()


def test_a_journal_exports_to_a_file_that_people_can_query(tmp_path, store, clock, ids):
    import sqlite_utils

    from sync.journal.export import export
    from sync.store.errors import StoreFault

    journal = Journal(store, "kiosk-1", clock)
    with store.transaction() as tx:
        journal.append(tx, "print.proven", ids.uuid7(), {"job": "j1", "kind": "ticket"})
        journal.append(tx, "staff.called", ids.uuid7(), {"state": "home"})
    assert export(journal.entries(), tmp_path / "copy.db") == 2
    database = sqlite_utils.Database(str(tmp_path / "copy.db"))
    assert [row["kind"] for row in database["entry"].search("ticket")] == ["print.proven"]
    assert database["kind"].count > 20
    database.close()
    with pytest.raises(StoreFault, match="exists already"):
        export([], tmp_path / "copy.db")


TWICE = MigrationSet("twice", ("CREATE TABLE told_twice (kind TEXT)",))


class ToldTwice:
    tables = ("told_twice",)

    def apply(self, tx, entry):
        for _ in range(2):
            tx.execute("INSERT INTO told_twice VALUES (?)", (entry.kind,))


def test_rows_that_are_equal_are_counted(tmp_path, clock):
    store = Store.open(tmp_path / "x.db", [JOURNAL_TABLES, TWICE])
    journal = Journal(store, "kiosk-1", clock, [ToldTwice()])
    tell(journal, 1)
    assert rebuild(store, "kiosk-1", [ToldTwice()]) == {"told_twice": True}
    with store.transaction() as tx:
        tx.execute("DELETE FROM told_twice WHERE rowid = 1")
    for keep, left in ((False, 1), (False, 1), (True, 2)):
        found = rebuild(store, "kiosk-1", [ToldTwice()], **({"keep": True} if keep else {}))
        assert found == {"told_twice": False}
        assert store.one("SELECT count(*) FROM told_twice")[0] == left, "kept only when asked to"
    store.close()


def test_a_journal_without_an_epoch_of_its_own_has_one_of_eight_bytes(tmp_path, clock):
    store = Store.open(tmp_path / "x.db", [JOURNAL_TABLES])
    assert Journal(store, "kiosk-1", clock).db_epoch == bytes(8)
    store.close()
