"""Hall pages: the display, its voice, and a citizen's own ticket. Nobody signs in, no names.

A citizen's page is reached by the QR code of the ticket (`kiosk/queue/signed_code.py`); it opens
only with a code that the ticket's kiosk signed. No cookie is set here and nothing is counted.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kiosk.centre.api.app import CentreApi
from kiosk.centre.line_queries import LineTicket, ticket_of
from kiosk.centre.voice.announcement import LANGUAGES
from kiosk.centre.voice.call_voice import CallVoice, chime
from kiosk.centre.web.live_queue import LiveQueue
from kiosk.centre.web.rendering import HEADERS, PageRenderer, asset
from kiosk.queue.lifecycle import AT_COUNTER, TicketState
from kiosk.queue.signed_code import code_of, read_ticket, visit_head
from provisioning.faults import Fault

CALLS_SHOWN = 8
_LABEL = re.compile(r"\A[A-Z](-[A-Z0-9]{1,4}-)?[0-9]{2,5}\Z")
KioskKeys = Callable[[str], Ed25519PublicKey | None]
"""The key by which a kiosk of this site signs; None for one that is unknown or revoked."""


class DisplayPages:
    """What everybody in the hall may see and hear."""

    def __init__(
        self,
        api: CentreApi,
        renderer: PageRenderer,
        live: LiveQueue,
        kiosk_keys: KioskKeys,
    ) -> None:
        self._api = api
        self._renderer = renderer
        self._live = live
        self._kiosk_keys = kiosk_keys
        content = renderer.content
        say = {each: renderer.translator(each).say for each in LANGUAGES}
        self._voice = CallVoice(say, content.recordings)
        self._chime = chime()

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Route("/display", self._display, methods=["GET"]),
            Route("/display/now", self._display_now, methods=["GET"]),
            Route("/voice/chime.wav", self._play_chime, methods=["GET"]),
            Route("/voice/{language}/{number}/{counter:int}.wav", self._play, methods=["GET"]),
            Route("/t/{code:path}", self._ticket, methods=["GET"]),
        ]

    async def _display(self, request: Request) -> Response:
        return self._renderer.page(request, "display.html", **self._display_values())

    async def _display_now(self, request: Request) -> Response:
        return self._renderer.page(request, "display_now.html", **self._display_values())

    def _display_values(self) -> dict[str, Any]:
        """The newest calls; `over` are those whose counter has called somebody else since."""
        now = self._live.display()
        newest: dict[int, str] = {}
        for each in now.calls:
            newest.setdefault(each.counter, each.number)
        over = {each.number for each in now.calls if newest[each.counter] != each.number}
        return {"now": now, "calls": now.calls[:CALLS_SHOWN], "over": over}

    async def _play_chime(self, request: Request) -> Response:
        del request
        return asset("chime.wav", self._chime)

    async def _play(self, request: Request) -> Response:
        """The sound of a call of now: of nothing else, so that nobody makes the hall's machine
        speak at will.
        """
        told = request.path_params
        language, number, counter = told["language"], told["number"], told["counter"]
        calls = {(each.number, each.counter) for each in self._live.display().calls}
        if language not in LANGUAGES or not _LABEL.match(number) or (number, counter) not in calls:
            return Response(status_code=404, headers=dict(HEADERS))
        sound = await asyncio.to_thread(self._voice.sound, number, counter, language)
        if sound is None:
            return Response(status_code=404, headers=dict(HEADERS))
        return asset("call.wav", sound)

    async def _ticket(self, request: Request) -> Response:
        try:
            found = self._ticket_of(code_of(request.path_params["code"]))
            values = None if found is None else self._ticket_values(found)
        except Fault:
            return self._renderer.page(request, "ticket_unknown.html", 503, known=True)
        if values is None:
            return self._renderer.page(request, "ticket_unknown.html", 404, known=False)
        template = "ticket_now.html" if "now" in request.query_params else "ticket.html"
        return self._renderer.page(request, template, **values)

    def _ticket_of(self, code: str) -> LineTicket | None:
        """The ticket of a genuine code: found by the head of its visit, believed by its kiosk's
        signature.
        """
        store, site = self._api.database.store, self._api.authority.site
        for visit in visits_with_head(self._api, code):
            ticket = ticket_of(store, visit)
            key = None if ticket is None else self._kiosk_keys(ticket.kiosk)
            if ticket is None or key is None:
                continue
            claim = read_ticket(key, site, code)
            if claim is not None and ticket.visit.bytes.startswith(claim.visit_head):
                return ticket
        return None

    def _ticket_values(self, ticket: LineTicket) -> dict[str, Any]:
        store, clock = self._api.database.store, self._api.database.clock
        hall, quote = self._live.display(), None
        if ticket.state is TicketState.WAITING:
            quote = self._api.authority.day.quote(store, ticket.waiting, ticket.day, clock.now())
        at_counter = ticket.state in AT_COUNTER
        counter = next((c.counter for c in hall.calls if c.number == ticket.label), None)
        return {
            "ticket": ticket,
            "quote": quote,
            "counter": counter if at_counter else None,
            "now": hall,
            "calls": hall.calls[:5],
        }


def visits_with_head(api: CentreApi, code: str) -> list[UUID]:
    """The visits that a code may mean, by the six bytes of a visit it carries."""
    head = visit_head(code)
    if head is None:
        return []
    rows = api.database.store.all(
        "SELECT visit FROM line_ticket WHERE visit >= ? AND visit < ? LIMIT 8",
        (head + bytes(10), head + b"\xff" * 10),
    )
    return [UUID(bytes=bytes(row[0])) for row in rows]
