"""The kiosks of a simulated centre: the product's own ticket issuer over a line that can be cut."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Service
from kiosk.centre.authority import Authority
from kiosk.centre.service.local_client import answer
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.queue.protocol import Answer, Ask
from kiosk.ticketing.issuer import KioskIdentity, TicketIssuer
from kiosk.ticketing.ticket_table import TICKET_TABLES, TicketTable
from peripherals.printing.document import Document
from peripherals.printing.spool import SPOOL_TABLES, Spool
from provisioning.clock import VirtualClock
from provisioning.identity.keys import signing_key
from provisioning.ids import SeededIds
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store

SITE = "HC-SIM"
BLOCK = 50


@dataclass(slots=True)
class CentreLine:
    """The way from every kiosk to the centre; `up` False: nobody answers."""

    authority: Authority
    up: bool = True
    asked: int = 0


class SimulatedLine:
    """A `CentreClient` of one kiosk."""

    def __init__(self, line: CentreLine, kiosk: str) -> None:
        self._line = line
        self._kiosk = kiosk

    def ask(self, message: Ask) -> Answer | None:
        if not self._line.up:
            return None
        self._line.asked += 1
        return answer(self._line.authority, self._kiosk, message)


class SimulatedKiosk:
    """One kiosk, its database in memory."""

    def __init__(
        self, unit: int, line: CentreLine, catalogue: Catalogue, clock: VirtualClock, seed: int
    ) -> None:
        self.name = f"kiosk-{unit}"
        ids = SeededIds(seed * 1_000 + unit)
        store = Store.open(":memory:", [JOURNAL_TABLES, TICKET_TABLES, SPOOL_TABLES])
        journal = Journal(store, self.name, clock, [TicketTable()])
        self.database = NodeDatabase(store, journal, clock, ids)
        self.issuer = TicketIssuer(
            database=self.database,
            spool=Spool(store, ids.token(32), clock, ids),
            centre=SimulatedLine(line, self.name),
            catalogue=catalogue,
            identity=KioskIdentity(SITE, unit, BLOCK, signing_key(ids.token(32))),
            slip=_slip,
        )

    def issue(self, service: Service, priority_class: str) -> tuple[UUID, IssuedTicket]:
        """Somebody takes a number; raises `NoNumber`."""
        visit = self.database.ids.uuid7()
        return visit, self.issuer.issue(visit, service, priority_class, "sw")


def _slip(issued: IssuedTicket, service: Service, language: str) -> Document:
    del service
    return Document((), language, issued.label)
