"""SyncEngine: the loop of a node's sync service, built from the node's own folder.

One process, one thread: the uplink and, on a centre, the gateway take turns; between turns the
process sleeps until a frame, the doorbell or the next due time. SIGTERM ends it within half a
second; SIGKILL may end it anywhere. A database that is held or a disk that is full ends nothing:
the turn is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from provisioning.clock import Clock
from provisioning.enrolment.device_enrolment import bring_registry
from provisioning.faults import Fault
from provisioning.ids import Ids
from provisioning.node.site import Node
from provisioning.process_lock import ProcessLock
from provisioning.time_judge import AGREE
from sync.answers.answer_store import ANSWER_TABLES, AnswerStore
from sync.answers.downlink import Downlink
from sync.answers.retention import AnswerExpiry
from sync.batches.batch import Stream
from sync.faults import NotAllSent
from sync.journal import hlc
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.protocol.registry_parts import RegistryParts
from sync.service.gateway import Gateway
from sync.service.node_quota import NodeQuota
from sync.service.outbox import OUTBOX_TABLES, Outbox
from sync.service.peer_registry import PeerRegistry
from sync.service.relay import RELAY_TABLES, Relay
from sync.service.status import LinkLog, SyncStatus, read
from sync.service.uplink import Uplink
from sync.service.witness import Witness
from sync.store.database import Store, Transaction
from sync.store.errors import StoreFault
from sync.store.store_wait import StoreWait
from sync.transports import zmq_transport

SYNC_TABLES = (OUTBOX_TABLES, RELAY_TABLES, ANSWER_TABLES)
"""The tables of sync in a node's database; the journal's are `JOURNAL_TABLES`."""
POLL_S = 0.5
"""How often the store is looked at without a ring."""
_CONNECT_WAIT_S = 0.3
_SEGMENTS_PER_TURN = 8


@dataclass(slots=True)
class SyncEngine:
    """A node's sync, ready to run."""

    store: Store
    outbox: Outbox
    uplink: Uplink
    gateway: Gateway | None
    log: LinkLog
    links: Sequence[zmq_transport.Link]
    clock: Clock
    entries_max: int
    age_s: int
    witness: Witness | None = None
    expiry: AnswerExpiry | None = None
    waiting: StoreWait = field(default_factory=lambda: StoreWait("sync"))

    def turn(self, *, everything: bool = False) -> None:
        """One round: what came in, what is to be closed, what may go out."""
        if self.gateway is not None:
            self.gateway.turn()
        if self.witness is not None:
            self.witness.turn()
        if self.expiry is not None:
            self.expiry.turn()
        if everything or not self.uplink.busy:
            self._close_segments(everything=everything)
        self.uplink.turn()

    def status(self) -> SyncStatus:
        """How sync is now."""
        return read(self.store, self.clock.now())

    def run(self, stop: Callable[[], bool]) -> None:
        """Take turns until told to stop."""
        while not stop():
            self.try_turn()
            self._sleep()

    def try_turn(self) -> None:
        """A turn; one that the database does not take is done again, in a new session."""
        if not self.waiting.turn(self.turn):
            self.uplink.interrupted()

    def run_once(self, stop: Callable[[], bool], deadline_s: float) -> SyncStatus:
        """Take turns until the national node has everything; raises `NotAllSent`."""
        end = self.clock.monotonic() + deadline_s
        while not stop() and self.clock.monotonic() < end:
            self.turn(everything=True)
            self.log.flush()
            status = self.status()
            if status.waiting == 0 and status.relayed_waiting == 0:
                return status
            self._sleep()
        status = self.status()
        msg = (
            f"{status.waiting + status.relayed_waiting} still wait for the national node after"
            f" {deadline_s:g} s; nothing is lost: see that upstream runs and try again."
        )
        raise NotAllSent(msg)

    def close(self) -> None:
        """Put everything down."""
        with suppress(StoreFault):  # the count of bytes is all that is lost
            self.log.flush()
        for link in self.links:
            link.close()
        self.store.close()

    def _close_segments(self, *, everything: bool) -> None:
        now = self.clock.now()
        since = hlc.from_time(now - timedelta(seconds=self.age_s))
        young = None if everything else range(since, hlc.from_time(now + AGREE))
        for _ in range(_SEGMENTS_PER_TURN):
            if not self.outbox.close_segment(
                entries_max=self.entries_max,
                young=young,
                line_free=self.uplink.flowing,
            ):
                break

    def _sleep(self) -> None:
        ready = zmq_transport.ready(self.links, min(POLL_S, self.uplink.due_s))
        for link in ready:
            if isinstance(link, zmq_transport.Doorbell):
                link.wait(0)


def engine_lock(node: Node) -> ProcessLock:
    """One sync service a node; raises `LinkFault`."""
    msg = f"Sync of {node.name} runs already; stop that one first."
    return ProcessLock(node.lock_path("sync"), zmq_transport.LinkFault(msg))


def open_node_store(node: Node) -> Store:
    """The node's database with every table of sync; raises `StoreFault`."""
    tables = (JOURNAL_TABLES, *SYNC_TABLES)
    return Store.open(node.proven_db_path, tables, strict=node.settings.node.field)


def build(
    node: Node,
    clock: Clock,
    ids: Ids,
    *,
    upstream: str | None = None,
    listen: str | None = None,
) -> SyncEngine:
    """The engine of `node`; raises the faults of its settings, keys, registry and addresses."""
    settings = node.settings.sync
    store = open_node_store(node)
    try:
        journal = Journal(store, node.name, clock, db_epoch=ids.token(8))
    except StoreFault:
        store.close()
        raise
    epoch = journal.db_epoch
    own = Stream(node.name, epoch)
    outbox, log = Outbox(store, own, node.keys.signing), LinkLog(store, own)
    relay = Relay(store, NodeQuota.of_megabytes(settings.node_day_mb_max))
    peers = PeerRegistry(node.dir / "keys" / "registry.cbor", node.root_public, clock)
    answers = AnswerStore(store, peers.answer_signer)
    bell = zmq_transport.Doorbell(node.socket_path("bell"))
    links: list[zmq_transport.Link] = [bell]
    gateway = None
    address = listen or settings.listen_endpoint
    if node.role == "centre" and address:
        server = zmq_transport.ZmqServer(address, node.keys, peers.named)
        links.append(server)
        gateway = Gateway(server, relay, peers, epoch, clock, peers.newest, answers)
    client = zmq_transport.ZmqClient(
        upstream or settings.upstream_endpoint,
        node.keys,
        lambda: peers.upstream_key(node.name),
    )
    links.append(client)
    uplink = Uplink(
        [outbox, relay],
        client,
        clock,
        ids,
        log,
        retry_s_max=settings.retry_s_max,
        on_acknowledged=_tell(gateway, own),
        connect_wait_s=_CONNECT_WAIT_S,
        registry=RegistryParts(lambda: peers.registry.number),
        on_registry=_keeper(node),
        downlink=Downlink(answers, clock.now, lambda: ids.token(4)),
    )
    database = NodeDatabase(store, journal, clock, ids)
    return SyncEngine(
        store,
        outbox,
        uplink,
        gateway,
        log,
        links,
        clock,
        settings.batch_entries_max,
        settings.batch_age_s,
        Witness(database) if gateway is not None else None,
        _expiry(answers, database, node.settings.node.site),
    )


def _keeper(node: Node) -> Callable[[bytes], None]:
    """Keeps a newer registry that came down the line; one that does not hold changes nothing."""

    def keep(encoded: bytes) -> None:
        with suppress(Fault, OSError):
            bring_registry(node, encoded)

    return keep


def _expiry(answers: AnswerStore, database: NodeDatabase, site: str) -> AnswerExpiry:
    """What is forgotten of answers is an entry of the journal."""

    def note(tx: Transaction, count: int) -> None:
        body = {"site": site, "class": "answer", "through": 0, "count": count}
        database.journal.append(tx, "record.erased", database.ids.uuid7(), body)

    return AnswerExpiry(answers, database.clock, note)


def _tell(gateway: Gateway | None, own: Stream) -> Callable[[Stream, int], None]:
    def on_acknowledged(stream: Stream, national: int) -> None:
        if gateway is not None and stream != own:
            gateway.tell(stream, national)

    return on_acknowledged
