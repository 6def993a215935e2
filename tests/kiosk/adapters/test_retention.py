"""What the consent screen promises: gone from this kiosk, so many days after it was sent."""

from __future__ import annotations

import pytest

from kiosk.node.database import projections
from sync.journal.audit import rebuild, verify
from sync.journal.erase import erased_between
from sync.service.outbox import OUTBOX_TABLES
from sync.store.database import Store
from tests.kiosk.conftest import Visitor

KEEP, DAY_S = 30, 86_400
SEALED = ("form.submitted", "complaint.filed")


@pytest.fixture
def sent(visitor: Visitor) -> Visitor:
    """A form and a message were sent from this kiosk; nothing has arrived yet."""
    visitor.tap("start", "choose.en", "feedback", "kind.idea", "words").type("Chairs").tap("send")
    visitor.tap("done", "done").tap("start", "choose.en", "form")
    while "form.complaint" not in visitor.ids():
        visitor.tap("page.next")
    visitor.tap("form.complaint", "agree")
    while visitor.state != "review":
        choices = [name for name in visitor.ids() if name.startswith("choice.")]
        if "answer" in visitor.ids() and "skip" not in visitor.ids():
            visitor.type("0712 345 678")
        if choices:
            visitor.tap(choices[0])
        visitor.tap("skip" if "skip" in visitor.ids() else "next")
    visitor.tap("submit")
    assert visitor.state == "submitted"
    visitor.tap("done", "done")
    Store.open(visitor.node.db_path, [OUTBOX_TABLES]).close()
    return visitor


def arrived(visitor: Visitor) -> int:
    """The national node has everything so far; the last entry."""
    store = visitor.kiosk.database.store
    last = int(store.one("SELECT max(seq) FROM journal")[0])
    with store.transaction() as tx:
        for table, values in (
            ("outbox_segment", (b"epoch", last, 1, last, last, b"hash", 1, None)),
            ("outbox_ack", (b"epoch", "national", last, "2026-11-23")),
        ):
            marks = ", ".join("?" * len(values))
            tx.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", values)
    return last


def days(visitor: Visitor, count: int) -> int:
    """So many days pass, the job runs each day; how much it erased."""
    gone = 0
    for _ in range(count):
        visitor.clock.advance(seconds=DAY_S)
        gone += visitor.kiosk.retention.run()
    return gone


def kept(visitor: Visitor) -> list[str]:
    """Kinds of sealed entries that still have their content, and receipts that are known."""
    store = visitor.kiosk.database.store
    rows = store.all("SELECT kind FROM journal WHERE kind IN (?, ?) AND length(body) > 1", SEALED)
    tables = [t for t in ("form_receipt", "feedback_receipt") if store.one(f"SELECT 1 FROM {t}")]
    return sorted([row[0] for row in rows] + tables)


ALL = sorted([*SEALED, "form_receipt", "feedback_receipt"])


def test_gone_after_the_days_and_the_journal_says_so_and_holds(sent: Visitor) -> None:
    last = arrived(sent)
    assert sent.kiosk.retention.run() == 0
    assert days(sent, KEEP - 1) == 0
    assert kept(sent) == ALL
    assert days(sent, 1) == 2
    assert kept(sent) == []
    database = sent.kiosk.database
    said = [e.body for e in database.journal.entries() if e.kind == "record.erased"]
    assert said == [
        {"site": "VAN-1", "class": name, "through": last, "count": 1}
        for name in ("form", "feedback")
    ]
    assert verify(database.store, sent.node.name).first_bad is None
    tables = rebuild(database.store, sent.node.name, projections("van"))
    assert all(tables.values()), tables
    assert erased_between(database.store, 1, last)
    assert days(sent, 3) == 0, "once"


def test_what_has_not_arrived_is_kept_for_as_long_as_it_takes(sent: Visitor) -> None:
    assert days(sent, 3 * KEEP) == 0
    assert kept(sent) == ALL
    arrived(sent)
    assert days(sent, KEEP) == 0, "counted from the day it was known to have arrived"
    assert days(sent, 1) == 2


def test_days_whose_time_is_not_trusted_do_not_count(sent: Visitor) -> None:
    arrived(sent)
    sent.kiosk.retention.run()
    sent.clock.trusted = False
    assert days(sent, 10 * KEEP) == 0
    assert kept(sent) == ALL


def test_a_record_from_a_wrong_year_is_neither_kept_for_ever_nor_taken_early(
    sent: Visitor,
) -> None:
    sent.clock.jump(seconds=3_650 * DAY_S)
    sent.tap("start", "choose.en", "feedback", "kind.idea", "words").type("From 2036").tap("send")
    sent.tap("done", "done")
    sent.clock.jump(seconds=-3_650 * DAY_S)
    arrived(sent)
    sent.kiosk.retention.run()
    assert days(sent, KEEP - 1) == 0
    assert days(sent, 1) == 3


def test_an_altered_entry_is_still_found_and_one_of_another_kind_cannot_be_emptied(
    sent: Visitor,
) -> None:
    store, name = sent.kiosk.database.store, sent.node.name
    seq = store.one("SELECT seq FROM journal WHERE kind = 'feedback.given'")[0]
    with store.transaction() as tx:
        tx.execute("UPDATE journal SET body = X'A0' WHERE seq = ?", (seq,))
    assert verify(store, name).first_bad == seq


def test_the_consent_screen_says_when_it_begins_to_count(visitor: Visitor) -> None:
    visitor.tap("start", "choose.en", "form", "form.lost_id")
    assert f"{KEEP} days after it was sent" in visitor.words()
