"""A centre in this process: virtual time, seeded ids, its authority, and a way to ask its API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from content.catalogue.model import CounterSkill, PriorityClass, TranslatedText
from kiosk.centre.api.app import CentreApi
from kiosk.centre.api.tokens import TOKEN_TABLES, StaffRole, make_token
from kiosk.centre.authority import Authority
from kiosk.centre.cases import CENTRE_CASE_TABLES
from kiosk.centre.line_queries import LineTicket
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.rules import AtClose, CentreRules, ServiceRule
from kiosk.queue.skills import CentreCounters
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.journal.audit import rebuild
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store

CLASSES = {
    key: PriorityClass(TranslatedText({"en": key}), f"P{rank}", key, "star", rank, True, "V")
    for key, rank in (("elderly", 1), ("pregnant", 2), ("normal", 9))
}
SERVICES = {
    code: ServiceRule(code, code[:3].strip("-"), series, names={"en": code, "sw": code})
    for code, series in (("NRB-01", "A"), ("NRB-02", "A"), ("NTSA-01", "D"), ("KRA-01", "C"))
}
RULES = CentreRules(
    services=SERVICES
    | {
        "NRB-01": replace(SERVICES["NRB-01"], quota=3, at_close=AtClose.CARRY),
    },
    classes=CLASSES,
)


class CentreBench:
    """One centre with five counters; 4 serves NRB, 5 NTSA and KRA, the others everybody."""

    def __init__(
        self, path: Path, counters: CentreCounters | None = None, rules: CentreRules = RULES
    ) -> None:
        self.clock = VirtualClock()
        self.ids = SeededIds(3)
        tables = [JOURNAL_TABLES, LINE_TABLES, CENTRE_CASE_TABLES, TOKEN_TABLES]
        self.store = Store.open(path, tables)
        self.journal = Journal(self.store, "centre", self.clock, [WaitingLine()])
        self.database = NodeDatabase(self.store, self.journal, self.clock, self.ids)
        skills = {
            4: CounterSkill(frozenset({"NRB-01", "NRB-02"}), "NRB"),
            5: CounterSkill(frozenset({"NTSA-01", "KRA-01"}), "NTSA, KRA"),
        }
        self.authority = Authority(
            self.database,
            site="HC-001",
            policy=PriorityPolicy(),
            counters=counters or CentreCounters(5, skills),
            rules=rules,
        )
        self.api = CentreApi(self.authority, self.database)
        self.app = self.api.app()
        self.keys = 0

    def issue(self, service: str = "NRB-02", priority_class: str = "normal") -> LineTicket:
        """A number, a second after whatever came before."""
        self.pass_time(seconds=1)
        return self.authority.issue("kiosk-1", service, priority_class)[0]

    def pass_time(self, *, seconds: float = 0, minutes: float = 0) -> None:
        self.clock.advance(seconds=seconds + 60 * minutes)

    def state(self, visit: UUID) -> str:
        return str(self.authority.tickets.find(visit).ticket.state)

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.journal.entries()]

    def token(self, role: str = "manager", name: str = "M1", counter: int | None = None) -> str:
        return make_token(self.database, StaffRole(role), name=name, counter=counter)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        key: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        """One request to the API; a POST gets a key of its own unless one is given."""
        self.keys += 1
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["authorization"] = f"Bearer {token}"
        if method == "POST" and key != "":
            sent["idempotency-key"] = key or f"key-{self.keys}"

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
                return await client.request(method, f"/api/v1{path}", json=body, headers=sent)

        return asyncio.run(go())

    def rebuilt(self) -> bool:
        """Whether every table is what the journal says."""
        return all(rebuild(self.store, "centre", [WaitingLine()]).values())


def labels(tickets: Iterable[LineTicket]) -> list[str]:
    return [each.label for each in tickets]
