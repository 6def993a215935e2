"""The courier at a node: what its export and import are made of, from the node's own folder.

Both may run beside the node's services: everything they share is in the database, and each act is a
transaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from provisioning.clock import Clock
from provisioning.enrolment.device_enrolment import bring_registry
from provisioning.faults import Fault
from provisioning.ids import Ids
from provisioning.node.site import Node
from sync.answers.answer_store import AnswerStore
from sync.batches.batch import Stream
from sync.courier.carry_in import CarriedIn, CourierImport
from sync.courier.carry_out import CarriedOut, carry_out
from sync.courier.stick import REGISTRY_FILE, Stick, StickFault
from sync.journal.journal import Journal
from sync.national.gateway_service import database_url
from sync.national.open_store import open_database
from sync.service.engine import open_node_store
from sync.service.node_quota import NodeQuota
from sync.service.outbox import Outbox
from sync.service.peer_registry import PeerRegistry
from sync.service.ports import SegmentSource
from sync.service.relay import Relay
from sync.store.database import Store

ASIDE = "aside"
"""In a node's folder: segments that wait for those before them."""


@dataclass(slots=True)
class CourierNode:
    """A node with its databases open; use it in a `with`."""

    node: Node
    clock: Clock
    ids: Ids
    database: str | None = None
    _open: ExitStack = field(default_factory=ExitStack)
    _opened: Store | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def export(self, folder: Path, since: int | None) -> CarriedOut:
        """Write what waits onto the stick in `folder`."""
        if self.node.role == "national":
            raise StickFault("A national node sends nothing up; it takes in: huduma sync import.")
        sources, _ = self._sources()
        registry = (self.node.dir / "keys" / REGISTRY_FILE).read_bytes()
        return carry_out(
            Stick(folder),
            sources,
            self.node.name,
            self.node.keys.signing,
            self.clock.now(),
            registry=registry,
            since=since,
        )

    def bring_in(self, folder: Path) -> CarriedIn:
        """Take in what the stick in `folder` has for this node."""
        stick = Stick(folder)
        if stick.is_empty:
            raise StickFault(f"{folder} holds nothing of a courier; name the right stick.")
        done = CarriedIn()
        self._registry(stick, done)
        path = self.node.dir / "keys" / REGISTRY_FILE
        peers = PeerRegistry(path, self.node.root_public, self.clock)
        act = CourierImport(
            stick, self.node.name, self.node.keys.signing, peers, (), self.node.dir / ASIDE,
            done=done,
        )  # fmt: skip
        if self.node.role == "national":
            store = open_database(database_url(self.node, self.database), self.ids, self._quota())
            act.intake = self._open.enter_context(closing(store))
            act.answers = store.answers(peers.answer_signer)
        else:
            act.sources, relay = self._sources()
            act.answers = AnswerStore(self._store(), peers.answer_signer)
            if self.node.role == "centre":
                act.intake, act.bridge = relay, relay.bridge
        return act.run(self.clock.now())

    def _registry(self, stick: Stick, done: CarriedIn) -> None:
        file = stick.registry()
        if file is None:
            return
        try:
            if file.problem:
                raise StickFault(f"{file.name} {file.problem}.")
            done.registry = bring_registry(self.node, file.raw)
        except Fault as fault:
            done.refuse(file.name, fault)

    def _sources(self) -> tuple[Sequence[SegmentSource], Relay]:
        """The node's own journal, every entry of it in a segment now, and what it relays."""
        store = self._store()
        journal = Journal(store, self.node.name, self.clock, db_epoch=self.ids.token(8))
        own = Stream(self.node.name, journal.db_epoch)
        outbox = Outbox(store, own, self.node.keys.signing)
        most = self.node.settings.sync.batch_entries_max
        while outbox.close_segment(entries_max=most, young=None, line_free=False, carried=True):
            pass
        relay = Relay(store, self._quota())
        return [outbox, relay], relay

    def _store(self) -> Store:
        if self._opened is None:
            self._opened = self._open.enter_context(closing(open_node_store(self.node)))
        return self._opened

    def _quota(self) -> NodeQuota:
        return NodeQuota.of_megabytes(self.node.settings.sync.node_day_mb_max)
