"""Another machine is promoted: the one before gives no number and calls nobody any more."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.centre.authority import Authority
from kiosk.centre.cases import CENTRE_CASE_TABLES
from kiosk.centre.promotion import Fenced, promote
from kiosk.centre.service.server import CentreService
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.protocol import (
    Answer,
    Ask,
    FenceNotice,
    Granted,
    GrantRequest,
    Reported,
    RequestRefused,
    TicketReport,
    encode,
    raw,
    read_answer,
)
from kiosk.queue.skills import CentreCounters
from kiosk.ticketing.centre_client import SHOW_EVERY_S, SwitchingCentre
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.journal.audit import rebuild
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


class Hub:
    """A machine with the centre's node: `up` says whether kiosks reach it."""

    def __init__(self, path: Path, clock: VirtualClock, seed: int) -> None:
        self.path, self.clock, self.up = path, clock, True
        self.ids = SeededIds(seed)
        self.start()

    def start(self) -> None:
        store = Store.open(self.path, [JOURNAL_TABLES, LINE_TABLES, CENTRE_CASE_TABLES])
        journal = Journal(store, "centre", self.clock, [WaitingLine()])
        self.database = NodeDatabase(store, journal, self.clock, self.ids)
        self.authority = Authority(
            self.database,
            site="HC-001",
            policy=PriorityPolicy(),
            counters=CentreCounters(5),
            public=KEY.public_key(),
        )
        self.service = CentreService(self.authority, self.database)

    def stop(self) -> None:
        assert all(rebuild(self.database.store, "centre", [WaitingLine()]).values())
        self.database.store.close()

    def ask(self, message: Ask) -> Answer | None:
        if not self.up:
            return None
        return read_answer(self.service.reply("kiosk-1", encode(message)))


class TwoHubs:
    """The centre, the machine beside it, and a kiosk that knows both addresses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.ids = SeededIds(9)
        self.first = Hub(folder / "first.db", self.clock, 1)
        self.second: Hub | None = None
        self.kiosk = SwitchingCentre([self.first, self], self.clock.monotonic)

    def ask(self, message: Ask) -> Answer | None:
        """The second address."""
        return None if self.second is None else self.second.ask(message)

    def grant(self) -> Answer | None:
        self.clock.advance(seconds=1)
        return self.kiosk.ask(GrantRequest(self.ids.uuid7(), "NRB-02", "A", "normal", 9))

    def promote_second(self) -> None:
        """The manager's one action, with a copy of the first one's database."""
        copy = self.folder / "second.db"
        with self.first.database.store.snapshot():
            self.first.database.store.checkpoint()
        shutil.copy(self.first.path, copy)
        self.second = Hub(copy, self.clock, 2)
        promote(self.second.database, "HC-001", KEY, ["kiosk-1"])

    def tell_everything(self) -> None:
        assert self.second is not None
        epoch = self.second.authority.epoch
        now = int(self.clock.now().timestamp() * 1000)
        told = self.kiosk.ask(TicketReport(raw([]), now=now, epoch=epoch, last=True))
        assert isinstance(told, Reported)


@pytest.fixture
def hubs(tmp_path: Path) -> Iterator[TwoHubs]:
    opened = TwoHubs(tmp_path)
    yield opened
    opened.first.stop()
    if opened.second is not None:
        opened.second.stop()


def test_a_kiosk_goes_to_the_promoted_machine_and_its_line_goes_on(hubs: TwoHubs) -> None:
    assert isinstance(hubs.grant(), Granted)
    hubs.first.up = False
    assert hubs.grant() is None, "one request waits for one machine"
    hubs.promote_second()
    assert isinstance(hubs.grant(), RequestRefused), "first this kiosk tells what it knows"
    hubs.tell_everything()
    found = hubs.grant()
    assert isinstance(found, Granted)
    assert (found.number, found.ahead) == (102, 1)
    assert hubs.second is not None
    assert hubs.second.authority.counters.call(1).label == "A101"


def test_the_machine_before_is_fenced_when_it_comes_back_and_stays_so(hubs: TwoHubs) -> None:
    hubs.grant()
    hubs.grant()
    hubs.first.up = False
    hubs.grant()
    hubs.promote_second()
    hubs.tell_everything()
    hubs.first.up = True
    hubs.clock.advance(seconds=SHOW_EVERY_S)
    assert isinstance(hubs.grant(), Granted)
    for _ in range(2):
        with pytest.raises(Fenced):
            hubs.first.authority.counters.call(1)
        with pytest.raises(Fenced):
            hubs.first.authority.counters.unpark(1)
        refused = hubs.first.ask(GrantRequest(hubs.ids.uuid7(), "NRB-02", "A", "normal", 9))
        assert isinstance(refused, RequestRefused)
        assert refused.fenced
        hubs.first.stop()
        hubs.first.start()
    assert hubs.second is not None
    assert hubs.second.authority.counters.call(1).label == "A101"


def test_a_kiosk_that_starts_anew_does_not_stay_with_the_fenced_machine(hubs: TwoHubs) -> None:
    hubs.grant()
    hubs.promote_second()
    assert hubs.second is not None
    term = hubs.second.authority.term
    assert hubs.first.authority.fence(FenceNotice(term.term, term.proof))
    fresh = SwitchingCentre([hubs.first, hubs], hubs.clock.monotonic)
    ask = GrantRequest(hubs.ids.uuid7(), "NRB-02", "A", "normal", 9)
    assert fresh.ask(ask) is None
    assert isinstance(fresh.ask(ask), RequestRefused)  # the second one, which was just promoted


@pytest.mark.parametrize(
    ("key", "site"), [(OTHER, "HC-001"), (KEY, "HC-002")], ids=["another key", "another centre"]
)
def test_only_the_centres_own_key_fences_it(
    hubs: TwoHubs, key: Ed25519PrivateKey, site: str
) -> None:
    proof = key.sign(f"huduma centre term 1|{site}|{1 << 33}".encode())
    assert not hubs.first.authority.fence(FenceNotice(1 << 33, proof))
    hubs.grant()
    assert hubs.first.authority.counters.call(1).label == "A101"


def test_an_older_term_changes_nothing_and_promoting_back_works(hubs: TwoHubs) -> None:
    hubs.promote_second()
    assert hubs.second is not None
    term = hubs.second.authority.term
    assert not hubs.second.authority.fence(FenceNotice(term.term, term.proof))
    hubs.first.authority.fence(FenceNotice(term.term, term.proof))
    again = promote(hubs.first.database, "HC-001", KEY, [])
    assert again.term > term.term
    assert hubs.second.authority.fence(FenceNotice(again.term, again.proof))
    hubs.first.ask(GrantRequest(hubs.ids.uuid7(), "NRB-02", "A", "normal", 9))
    assert hubs.first.authority.counters.call(1).label == "A101"
    with pytest.raises(Fenced):
        hubs.second.authority.counters.call(1)
