"""The ASGI application of the HTTP API: serves the route table and the event streams.

The only module that knows Starlette, with `serving.py`. A request is let in by its bearer token
(or the cookie a page's sign-in set), validated against the structs of the table, and done in one
transaction of the authority; whatever is wrong becomes an `ApiProblem` with its code. A page's
cookie alone does not let anybody post: with it goes the token of its session (`X-Page-Token`), and
every POST carries an `Idempotency-Key`; no other site's page can set either.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from kiosk.centre.api.events import BEAT_S, GAP_MAX, events_after, frame
from kiosk.centre.api.messages import ApiProblem
from kiosk.centre.api.openapi import KEY_PATTERN, document
from kiosk.centre.api.routes import PARAMETERS, ROUTES, ApiCall, ApiRoute
from kiosk.centre.api.tokens import AttemptLimit, Bearer, StaffRole, bearer_of, page_token
from kiosk.centre.authority import Authority
from kiosk.centre.entry import milliseconds
from kiosk.centre.figures.day_figures import DayFigures, as_csv
from kiosk.queue.faults import (
    CounterUnknown,
    InvalidValue,
    NoSuchTicket,
    QueueFault,
    UnknownClass,
    UnknownService,
)
from provisioning.faults import Fault
from sync.journal.clock_log import journal_corrections
from sync.journal.node_database import NodeDatabase
from sync.store.database import Conflict, Store

PREFIX = "/api/v1"
SESSION_COOKIE = "huduma_session"
BODY_MAX = 16_384
STREAMS_MAX = 128
WATCH_S = 0.1
_KEY = re.compile(KEY_PATTERN)
_STATUS: dict[type[Fault], int] = {
    UnknownService: 404,
    CounterUnknown: 404,
    NoSuchTicket: 404,
    UnknownClass: 404,
    InvalidValue: 422,
}


class RefusedRequest(Exception):
    """A request that is not let in, with its answer."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.problem = ApiProblem(QueueFault.code, reason, text)


@dataclass(slots=True)
class JournalWatch:
    """Tells streams that the journal grew, whoever wrote in it; looks only while somebody waits."""

    database: NodeDatabase
    streams: int = 0

    async def grown(self, after: int) -> bool:
        """Wait until there are entries after `after`; False when it took too long for a beat."""
        waited = 0.0
        while waited < BEAT_S:
            if self.database.journal.last_seq() > after:
                return True
            await asyncio.sleep(WATCH_S)
            waited += WATCH_S
        return False


class CentreApi:
    """The application of one centre."""

    def __init__(self, authority: Authority, database: NodeDatabase) -> None:
        self.authority = authority
        self.database = database
        self.limit = AttemptLimit(database.clock.monotonic)
        self._watch = JournalWatch(database)
        self._document = msgspec.json.encode(document(authority.site))

    def app(self, pages: Sequence[BaseRoute] = ()) -> Starlette:
        """The application, with further `pages` beside the API."""
        routes: list[BaseRoute] = [
            Route(PREFIX + "/openapi.json", self._describe, methods=["GET"]),
            Route(PREFIX + "/events", self._staff_events, methods=["GET"]),
            Route(PREFIX + "/display/events", self._hall_events, methods=["GET"]),
        ]
        routes += [
            Route(PREFIX + each.path, self._endpoint(each), methods=[each.method])
            for each in ROUTES
        ]
        return Starlette(routes=[*routes, *pages], exception_handlers={Exception: _broken})

    def hall_app(self, pages: Sequence[BaseRoute]) -> Starlette:
        """Of the API only what needs no token, with `pages`: for a port that is not encrypted."""
        routes: list[BaseRoute] = [
            Route(PREFIX + "/display/events", self._hall_events, methods=["GET"])
        ]
        routes += [
            Route(PREFIX + each.path, self._endpoint(each), methods=[each.method])
            for each in ROUTES
            if each.role is None
        ]
        return Starlette(routes=[*routes, *pages], exception_handlers={Exception: _broken})

    def bearer(self, request: Request) -> Bearer | None:
        """Whom the request's token or cookie stands for; raises `RefusedRequest` (429) for a wrong
        one of an address that tried too many. A right one is let in from there all the same: a
        colleague behind the same address is not shut out, and 192 bits are not guessed.
        """
        address = request.client.host if request.client else ""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            secret = request.cookies.get(SESSION_COOKIE, "")
        if not secret:
            return None
        found = bearer_of(self.database.store, secret, milliseconds(self.database.clock.now()))
        if found is None:
            if self.limit.blocked(address):
                raise RefusedRequest(
                    429, "too-many-attempts", "Too many wrong tokens; wait a minute."
                )
            self.limit.failed(address)
        return found

    def admit(self, request: Request, role: StaffRole | None) -> Bearer | None:
        """The bearer when the request may do what `role` may; raises `RefusedRequest`."""
        if role is None:
            return None
        bearer = self.bearer(request)
        if bearer is None:
            raise RefusedRequest(401, "no-token", "This needs a token: Authorization: Bearer …")
        if not bearer.role.may(role):
            raise RefusedRequest(
                403, "role", f"This needs the role {role}; yours is {bearer.role}."
            )
        return bearer

    def _endpoint(self, route: ApiRoute) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                call = await self._call(route, request)
                if route.apart:
                    answer = await asyncio.to_thread(self._apart, route, call)
                else:
                    answer = route.act(call)
            except RefusedRequest as refused:
                return _answer(refused.problem, refused.status)
            except Fault as fault:
                return _answer(_problem(fault), _status(fault))
            except Conflict as error:
                return _answer(ApiProblem(QueueFault.code, "conflict", str(error)), 409)
            except ClientDisconnect:
                return Response(status_code=400)
            if isinstance(answer, DayFigures) and call.query.format == "csv":
                return Response(as_csv(answer), media_type="text/csv")
            return _answer(answer, 200)

        return serve

    async def _call(self, route: ApiRoute, request: Request) -> ApiCall:
        bearer = self.admit(request, route.role)
        path = _path(route, request)
        own = None if bearer is None else bearer.counter
        if own is not None and path.get("counter", own) != own:
            raise RefusedRequest(403, "other-counter", f"This token is for counter {own} only.")
        key, body = "", None
        if route.method == "POST":
            key = request.headers.get("idempotency-key", "")
            if not _KEY.match(key):
                raise RefusedRequest(
                    400, "no-key", "Every POST needs an Idempotency-Key of 1 to 64 letters."
                )
            _check_page(request)
            body = await _body(route, request)
            with suppress(Fault):  # nobody joins between a correction of the clock and its entry
                journal_corrections(self.database)
        query = _convert(dict(request.query_params), route.query)
        if getattr(query, "format", "json") not in {"json", "csv"}:
            raise RefusedRequest(422, "invalid", "format is json or csv.")
        return ApiCall(
            authority=self.authority,
            database=self.database,
            bearer=bearer,
            path=path,
            key=key,
            body=body,
            query=query,
        )

    def _apart(self, route: ApiRoute, call: ApiCall) -> msgspec.Struct:
        """Answer from a connection of this thread, so that no ticket waits for it."""
        store = Store.read_only(self.database.store.path)
        try:
            database = NodeDatabase(
                store, self.database.journal, self.database.clock, self.database.ids
            )
            with store.snapshot():
                return route.act(
                    ApiCall(call.authority, database, call.bearer, call.path, query=call.query)
                )
        finally:
            store.close()

    async def _describe(self, request: Request) -> Response:
        del request
        return Response(self._document, media_type="application/json")

    async def _staff_events(self, request: Request) -> Response:
        return self._events(request, StaffRole.AGENT, hall=False)

    async def _hall_events(self, request: Request) -> Response:
        return self._events(request, None, hall=True)

    def _events(self, request: Request, role: StaffRole | None, *, hall: bool) -> Response:
        try:
            self.admit(request, role)
            after = _after(request)
        except RefusedRequest as refused:
            return _answer(refused.problem, refused.status)
        if self._watch.streams >= STREAMS_MAX:
            full = ApiProblem(QueueFault.code, "too-many-streams", "Too many open streams.")
            return _answer(full, 429)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(
            self._stream(after, hall=hall), media_type="text/event-stream", headers=headers
        )

    async def _stream(self, after: int | None, *, hall: bool) -> AsyncIterator[bytes]:
        journal, clock = self.database.journal, self.database.clock
        last = journal.last_seq()
        self._watch.streams += 1
        try:
            yield b"retry: 1000\n\n"
            if after is None or after > last or last - after > GAP_MAX:
                after = last
                yield frame("reset", {"at": milliseconds(clock.now()), "seq": last}, last)
            while True:
                now_ms = milliseconds(clock.now())
                for number, data in list(events_after(journal, after, now_ms, hall=hall)):
                    after = number
                    if data:
                        yield data
                if not await self._watch.grown(after):
                    now_ms = milliseconds(clock.now())
                    yield frame("beat", {"at": now_ms, "seq": after}, after)
        finally:
            self._watch.streams -= 1


def _check_page(request: Request) -> None:
    """An act by a page's cookie comes from that page, which knows the token of its session."""
    if "authorization" in request.headers:
        return
    wanted = page_token(request.cookies.get(SESSION_COOKIE, ""))
    if not hmac.compare_digest(request.headers.get("x-page-token", "").encode(), wanted.encode()):
        raise RefusedRequest(403, "page-token", "Load the page again: its session has changed.")


def _path(route: ApiRoute, request: Request) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in route.parameters:
        value = _convert(request.path_params[name], PARAMETERS[name])
        found[name] = UUID(str(value)) if name == "visit" else value
    return found


def _convert(value: object, wanted: Any) -> Any:
    try:
        return msgspec.convert(value, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise RefusedRequest(422, "invalid", f"{error}") from error


async def _body(route: ApiRoute, request: Request) -> object:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > BODY_MAX:
            raise RefusedRequest(422, "too-long", "The body is too long.")
    try:
        return msgspec.json.decode(raw or b"{}", type=route.body)
    except msgspec.ValidationError as error:
        raise RefusedRequest(422, "invalid", f"{error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedRequest(400, "no-json", f"The body is no JSON: {error}") from error


def _after(request: Request) -> int | None:
    said = request.headers.get("last-event-id") or request.query_params.get("after")
    if said is None:
        return None
    if not said.isascii() or not said.isdigit() or len(said) > 15:
        raise RefusedRequest(422, "invalid", "after is the id of an event.")
    return int(said)


def _problem(fault: Fault) -> ApiProblem:
    reason = fault.reason if isinstance(fault, QueueFault) else "unavailable"
    return ApiProblem(fault.code, reason, fault.message)


def _status(fault: Fault) -> int:
    if not isinstance(fault, QueueFault):
        return 503
    return _STATUS.get(type(fault), 409)


def _answer(answer: msgspec.Struct, status: int) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")


async def _broken(request: Request, error: Exception) -> Response:
    del request, error
    return _answer(ApiProblem(1, "bug", "The centre's service has a fault; see its log."), 500)
