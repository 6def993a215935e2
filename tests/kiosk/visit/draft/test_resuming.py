"""Drafts with a code: found only by the code, unreadable on the disk, gone when they should be."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.adapters.drafts import RESUME_TABLES, PinnedForm, ResumableDrafts, make_code, read_code
from kiosk.case_reference import ALPHABET
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store

FORM = PinnedForm("lost_id", "3", b"<html><!-- a form --></html>", {"a.csv": b"x"})
NEWER = PinnedForm("lost_id", "4", b"<html><!-- another --></html>", {})


@pytest.fixture
def drafts(tmp_path: Path, clock: VirtualClock, ids: SeededIds) -> ResumableDrafts:
    return drafts_in(tmp_path, clock, ids)


def drafts_in(folder: Path, clock: VirtualClock, ids: SeededIds) -> ResumableDrafts:
    store = Store.open(folder / "huduma.db", [JOURNAL_TABLES, RESUME_TABLES])
    database = NodeDatabase(store, Journal(store, "kiosk-1", clock), clock, ids)
    return ResumableDrafts(database, keep_days=7)


@given(st.binary(min_size=7, max_size=7), st.integers(0, 11), st.sampled_from(ALPHABET))
@settings(max_examples=300)
def test_every_single_wrong_character_of_a_code_is_noticed(
    randomness: bytes, place: int, letter: str
) -> None:
    code = make_code(randomness)
    plain = code.replace("-", "")
    assert read_code(code) == plain
    assert read_code(f"  {code.lower().replace('-', ' ')} ") == plain
    wrong = plain[:place] + letter + plain[place + 1 :]
    assert (read_code(wrong) is not None) == (wrong == plain)


def test_letters_people_confuse_are_forgiven() -> None:
    code = next(
        c for c in (make_code(bytes([0, 0, 0, 0, 0, n, n])) for n in range(255)) if "0" in c
    )
    assert read_code(code.replace("0", "o")) == code.replace("-", "")


def test_a_draft_survives_the_process_and_is_pinned_to_its_form(
    drafts: ResumableDrafts, tmp_path: Path, clock: VirtualClock
) -> None:
    visit = UUID(int=1)
    code = drafts.give(visit, FORM, b'{"name":"Wanjiku"}', {"sign": b"ink"})
    drafts.keep(visit, b'{"name":"Wanjiku Njeri"}', {})
    after_the_cut = drafts_in(tmp_path, clock, SeededIds(2))
    kept = after_the_cut.resume(UUID(int=2), code.lower())
    assert kept is not None
    assert (kept.snapshot, kept.strokes, kept.pinned) == (b'{"name":"Wanjiku Njeri"}', {}, FORM)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"Wanjiku" not in content
        assert code.encode() not in content
        assert code.replace("-", "")[3:].encode() not in content


def test_no_two_drafts_share_a_salt_and_the_name_alone_opens_nothing(
    drafts: ResumableDrafts,
) -> None:
    codes = [drafts.give(UUID(int=number), FORM, b"answers", {}) for number in range(1, 4)]
    salts = drafts._store.all("SELECT salt FROM resume_draft")
    assert len(set(salts)) == 3
    other = make_code(b"\7\6\5\4\3\2\1").replace("-", "")
    letters = codes[0].replace("-", "")[:3] + other[3:11]
    mixed = next(letters + last for last in ALPHABET if read_code(letters + last))
    assert drafts.resume(UUID(int=9), mixed) is None
    assert drafts.resume(UUID(int=9), codes[0]) is not None


def test_a_search_for_what_was_typed_never_meets_the_words_of_the_form(
    drafts: ResumableDrafts, tmp_path: Path
) -> None:
    county = b"<text id='county-46'><value>Nyamira</value></text>"
    drafts.give(
        UUID(int=1), PinnedForm("lost_id", "3", county * 40, {"places.csv": county}), b"", {}
    )
    for path in tmp_path.iterdir():
        assert b"Nyamira" not in path.read_bytes(), path


def test_a_wrong_code_opens_nothing(drafts: ResumableDrafts) -> None:
    drafts.give(UUID(int=1), FORM, b"answers", {})
    assert drafts.resume(UUID(int=2), make_code(b"\1\2\3\4\5\6\7")) is None
    assert drafts.resume(UUID(int=2), "nonsense") is None
    assert not drafts.has(UUID(int=2))


def test_a_submitted_draft_is_gone_and_so_is_its_form(drafts: ResumableDrafts) -> None:
    code = drafts.give(UUID(int=1), FORM, b"answers", {})
    store = drafts._store
    with store.transaction() as tx:
        drafts.drop(tx, UUID(int=1))
    assert drafts.resume(UUID(int=2), code) is None
    assert store.one("SELECT count(*) FROM resume_form") == (0,)


def test_a_forgotten_draft_is_wiped_after_its_days(
    drafts: ResumableDrafts, clock: VirtualClock
) -> None:
    old = drafts.give(UUID(int=1), FORM, b"old", {})
    drafts.leave(UUID(int=1))
    clock.advance(seconds=6 * 86_400)
    young = drafts.give(UUID(int=2), NEWER, b"young", {})
    clock.advance(seconds=86_400)
    assert drafts.resume(UUID(int=3), old) is None
    assert drafts.expire() == 1
    kept = drafts.resume(UUID(int=3), young)
    assert kept is not None
    assert kept.pinned.version == "4"
