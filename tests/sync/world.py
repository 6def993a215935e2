"""A small world for the tests of sync: nodes with keys, journals, and lines between them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.cbor import encode
from provisioning.clock import VirtualClock
from provisioning.identity.certificates import AgencyPublic
from provisioning.identity.keys import AgencyKey
from provisioning.ids import SeededIds
from sync.batches.batch import Fact, Stream
from sync.batches.claims import Claims
from sync.faults import NotSigned
from sync.journal.journal import GENESIS, JOURNAL_TABLES, Journal, chain_hash, encode_body
from sync.national.sqlite_store import NATIONAL_TABLES, EmbeddedStore
from sync.sealing.sealer import Sealer
from sync.service.gateway import Gateway
from sync.service.outbox import OUTBOX_TABLES, Outbox
from sync.service.relay import RELAY_TABLES, Relay
from sync.service.status import LinkLog
from sync.service.uplink import Uplink
from sync.store.database import Store
from sync.transports.memory import MemoryClient, MemoryNet, MemoryServer

TABLES = (JOURNAL_TABLES, OUTBOX_TABLES, RELAY_TABLES)
AGENCIES = {code: AgencyKey(bytes([at]) * 32) for at, code in enumerate(("NRB", "CRS"), start=1)}


def signing(name: str) -> Ed25519PrivateKey:
    """The signing key of a node of this world."""
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))


class PowerCut(BaseException):
    """The process is gone at this very point."""


@dataclass
class Fuse:
    """Cuts the power before or after the n-th commit from now (0: not at all)."""

    commits: int = 0

    def burn(self):
        if self.commits:
            self.commits -= 1
            if not self.commits:
                raise PowerCut


class FusedStore(Store):
    """A store that can lose its process between any two commits."""

    fuse = Fuse()

    @contextmanager
    def transaction(self):
        self.fuse.burn()
        with super().transaction() as tx:
            yield tx
        self.fuse.burn()


class Registry:
    """The world's agencies."""

    def agency(self, code):
        return AgencyPublic(code, AGENCIES[code].public)


@dataclass
class Roll:
    """The world's nodes: everybody may bring everything but what is in `revoked`."""

    revoked: set[str] = field(default_factory=set)
    bound: dict[str, Claims] = field(default_factory=dict)

    def signing_key(self, node):
        if node in self.revoked:
            raise NotSigned(node)
        return signing(node).public_key()

    def claims(self, node):
        return self.bound.get(node)

    def may_send(self, peer, node):
        return peer not in self.revoked


def facts(stream: Stream, plan: list[tuple[str, str, dict]], *, first=1, prev=GENESIS):
    """Chained facts from (kind, audience, body)."""
    made = []
    for seq, (kind, audience, body) in enumerate(plan, start=first):
        raw, hlc, subject = encode_body(body), (1_795_000_000_000 + seq) << 16, bytes([seq]) * 16
        prev = chain_hash(prev, stream.node, seq, hlc, kind, subject, audience, raw)
        made.append(Fact(seq, hlc, kind, UUID(bytes=subject), audience, raw, prev))
    return made


class NodeWorld:
    """One sending node: database, journal, sealer, outbox, uplink. `boot` starts its processes
    (again); what was only in memory is gone.
    """

    def __init__(self, name: str, folder: Path, clock: VirtualClock, net: MemoryNet, seed: int):
        self.name, self.clock, self.net = name, clock, net
        self.path = folder / f"{name}.db"
        self.ids = SeededIds(seed)
        self.told: list[str] = []
        self.boots = 0
        self.fuse = Fuse()
        self.boot()

    def boot(self):
        self.boots += 1
        self.ids = SeededIds(hash_of(self.name) * 1_000 + self.boots)
        self.fuse.commits = 0
        self.store = FusedStore.open(self.path, TABLES)
        self.store.fuse = self.fuse
        epoch = hash_of(self.name).to_bytes(8, "big")
        self.journal = Journal(self.store, self.name, self.clock, db_epoch=epoch)
        self.stream = Stream(self.name, self.journal.db_epoch)
        self.sealer = Sealer(
            Registry(), self.ids, self.clock, node=self.name, db_epoch=self.journal.db_epoch
        )
        self.outbox = Outbox(self.store, self.stream, signing(self.name))
        self.relay = Relay(self.store)
        self.log = LinkLog(self.store, self.stream)
        self.uplink = self.make_uplink()

    def make_uplink(self, told: Callable = lambda *_: None):
        return Uplink(
            [self.outbox, self.relay],
            MemoryClient(self.net, self.name),
            self.clock,
            self.ids,
            self.log,
            retry_s_max=8.0,
            on_acknowledged=told,
        )

    def submit(self, agency="NRB", text=b"<data/>"):
        """A form, sealed and committed; its reference, which the citizen is told."""
        reference = f"{self.name}-{len(self.told) + 1}"
        plaintext = encode({"xml": text, "attachments": {}, "submitted_at": 1})
        body = {"form": "lost_id", "reference": reference}
        with self.store.transaction() as tx:
            self.sealer.append(
                tx, self.journal, "form.submitted", self.ids.uuid7(), agency, body, plaintext
            )
            self.journal.append(
                tx, "staff.called", self.ids.uuid7(), {"site": "HQ", "state": "home"}
            )
        self.told.append(reference)
        return reference

    def turn(self):
        while self.outbox.close_segment(entries_max=3, young=None, line_free=self.uplink.flowing):
            pass
        self.uplink.turn()

    def work(self):
        """A turn, unless the power is cut in it."""
        try:
            self.turn()
        except PowerCut:
            self.crash()

    def crash(self):
        """SIGKILL: memory is gone, the database stays as it was last committed."""
        self.store.close()
        self.boot()


class CentreWorld(NodeWorld):
    """A centre: also takes in from its kiosks."""

    def __init__(self, name, folder, clock, net, seed, kiosk_net):
        self.kiosk_net = kiosk_net
        super().__init__(name, folder, clock, net, seed)

    def boot(self):
        super().boot()
        server = MemoryServer(self.kiosk_net)
        self.gateway = Gateway(server, self.relay, Roll(), b"relay--1", self.clock)
        self.uplink = self.make_uplink(told=self.tell)

    def tell(self, stream, national):
        if stream != self.stream:
            self.gateway.tell(stream, national)

    def turn(self):
        self.gateway.turn()
        super().turn()


class NationalWorld:
    """The national node."""

    def __init__(self, folder: Path, clock: VirtualClock, net: MemoryNet):
        self.path, self.clock, self.net = folder / "national.db", clock, net
        self.peers = Roll()
        self.fuse = Fuse()
        self.boot()

    def boot(self):
        self.fuse.commits = 0
        opened = FusedStore.open(self.path, [NATIONAL_TABLES])
        opened.fuse = self.fuse
        self.store = EmbeddedStore(opened, SeededIds(99))
        server = MemoryServer(self.net)
        self.gateway = Gateway(server, self.store, self.peers, self.store.server_epoch, self.clock)

    def turn(self):
        self.gateway.turn()

    def work(self):
        """A turn, unless the power is cut in it."""
        try:
            self.turn()
        except PowerCut:
            self.crash()

    def crash(self):
        self.store.close()
        self.boot()


def hash_of(name: str) -> int:
    """A small stable number of a name."""
    return int.from_bytes(name.encode()[-4:], "big")
