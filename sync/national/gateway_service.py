"""The national node's gateway as a process: receives, stores and acknowledges segments until asked
to stop.

Its only state is its database: it may be killed anywhere and started again, here or elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from provisioning.clock import Clock
from provisioning.ids import Ids
from provisioning.node.site import Node
from sync.answers.retention import AnswerExpiry
from sync.national.open_store import open_database
from sync.national.store import NationalStore
from sync.service.engine import POLL_S
from sync.service.gateway import Gateway
from sync.service.node_quota import NodeQuota
from sync.service.peer_registry import PeerRegistry
from sync.store.store_wait import StoreWait
from sync.transports import zmq_transport


@dataclass(slots=True)
class NationalService:
    """A gateway over a national store."""

    store: NationalStore
    gateway: Gateway
    server: zmq_transport.ZmqServer
    expiry: AnswerExpiry

    def run(self, stop: Callable[[], bool]) -> None:
        """Serve until told to stop."""
        waiting = StoreWait("national")
        while not stop():
            waiting.turn(self.gateway.turn)  # what was not taken is not acknowledged: sent again
            waiting.turn(self.expiry.turn)
            zmq_transport.ready([self.server], POLL_S)

    def close(self) -> None:
        """Put everything down."""
        self.server.close()
        self.store.close()


def database_url(node: Node, given: str | None) -> str:
    """The database of a national node: as given, else as set, else its own SQLite file."""
    return given or node.settings.national.database or f"sqlite:///{node.db_path}"


def build(
    node: Node, clock: Clock, ids: Ids, *, listen: str | None = None, database: str | None = None
) -> NationalService:
    """The service of `node`; raises the faults of its settings, keys, database and address."""
    _ = node.certificate  # raises what is wrong with it: nothing is taken in as another node
    quota = NodeQuota.of_megabytes(node.settings.sync.node_day_mb_max)
    store = open_database(database_url(node, database), ids, quota)
    peers = PeerRegistry(node.dir / "keys" / "registry.cbor", node.root_public, clock)
    address = listen or node.settings.sync.listen_endpoint
    server = zmq_transport.ZmqServer(address, node.keys, peers.named)
    answers = store.answers(peers.answer_signer)
    gateway = Gateway(server, store, peers, store.server_epoch, clock, peers.newest, answers)
    return NationalService(store, gateway, server, AnswerExpiry(answers, clock))
