"""Sign-in: a staff member with PIN or badge gets a session cookie; signing out ends it.

The session is a token of the API that lasts 12 hours, under the member's own name: who signs in on
another machine is signed out on the first. Wrong tries are counted by address and by name; after
five a name waits longer each time, up to an hour, for PINs (a badge's secret cannot be guessed).
Every form carries a token that must agree with a cookie no other site can read or set.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kiosk.centre.api.app import SESSION_COOKIE, CentreApi, RefusedRequest
from kiosk.centre.api.tokens import Bearer, StaffRole, make_token, revoke_token
from kiosk.centre.web.rendering import LANGUAGE_COOKIE, PageRenderer
from kiosk.centre.web.staff_accounts import BADGE_MAGIC, StaffAccounts, StaffMember
from kiosk.language import LANGUAGES
from kiosk.queue.faults import QueueFault

SESSION = timedelta(hours=12)
FORM_COOKIE = "huduma_form"
FREE_TRIES = 5
PAUSE_S, PAUSE_S_MAX = 30, 3_600
_FORM_MAX = 4_096
_NAMES_MAX = 1_000


@dataclass(slots=True)
class _Tries:
    count: int = 0
    until: float = 0.0


class NamePause:
    """How long a name's next PIN must wait; kept in memory."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def left_s(self, name: str) -> int:
        """Whole seconds until a PIN of `name` counts."""
        found = self._tries.get(name)
        return 0 if found is None else max(0, round(found.until - self._monotonic()))

    def failed(self, name: str) -> None:
        """One more wrong PIN."""
        tries = self._tries.setdefault(name, _Tries())
        tries.count += 1
        if tries.count >= FREE_TRIES:
            pause = min(PAUSE_S_MAX, PAUSE_S * 2 ** min(tries.count - FREE_TRIES, 10))
            tries.until = self._monotonic() + pause
        self._tries.move_to_end(name)
        while len(self._tries) > _NAMES_MAX:
            self._tries.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """A right PIN: what failed before is forgotten."""
        self._tries.pop(name, None)


class SignIn:
    """The pages of signing in and out."""

    def __init__(self, api: CentreApi, renderer: PageRenderer, accounts: StaffAccounts) -> None:
        self._api = api
        self._renderer = renderer
        self._accounts = accounts
        self._pause = NamePause(api.database.clock.monotonic)

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Route("/sign-in", self._form, methods=["GET"]),
            Route("/sign-in", self._enter, methods=["POST"]),
            Route("/sign-out", self._leave, methods=["POST"]),
            Route("/language", self._language, methods=["POST"]),
        ]

    async def _form(self, request: Request) -> Response:
        return self._answer(request)

    def _answer(self, request: Request, wrong: str = "", status: int = 200, n: int = 0) -> Response:
        form_token = request.cookies.get(FORM_COOKIE, "")
        if len(form_token) != 32:
            form_token = self._api.database.ids.token(16).hex()
        answer = self._renderer.page(
            request,
            "sign_in.html",
            status,
            wrong=wrong,
            n=n,
            form_token=form_token,
            counters=self._api.authority.counter_table.count,
            empty=not self._accounts.members(),
            bearer=None,
        )
        self._cookie(request, answer, FORM_COOKIE, form_token)
        return answer

    async def _enter(self, request: Request) -> Response:
        told = await _fields(request)
        if told is None or not _genuine(request, told):
            return self._answer(request, "web.form_old", 403)
        address = request.client.host if request.client else ""
        if self._api.limit.blocked(address):
            return self._answer(request, "web.too_many", 429, n=60)
        name, pin = told.get("name", "").strip(), told.get("pin", "").strip()
        badge = next((each for each in (name, pin) if each.startswith(BADGE_MAGIC + ".")), "")
        if not badge and (left := self._pause.left_s(name)):
            return self._answer(request, "web.too_many", 429, n=left)
        if badge:
            member = self._accounts.by_badge(badge)
        else:
            member = await asyncio.to_thread(self._accounts.by_pin, name, pin)
        if member is None:
            self._api.limit.failed(address)
            if not badge:
                self._pause.failed(name)
            return self._answer(request, "web.sign_in_wrong", 403)
        self._api.limit.succeeded(address)
        self._pause.succeeded(member.name)
        return self._begin(request, member, told.get("counter", ""))

    def _begin(self, request: Request, member: StaffMember, chosen: str) -> Response:
        table = self._api.authority.counter_table
        counter = member.counter
        if counter is None and chosen.isascii() and chosen.isdigit():
            counter = int(chosen) if 1 <= int(chosen) <= table.count else None
        if counter is None and member.role is StaffRole.AGENT:
            return self._answer(request, "web.choose_counter", 403)
        database = self._api.database
        try:
            revoke_token(database, member.name)
            bound = counter if member.role is StaffRole.AGENT else None
            secret = make_token(
                database, member.role, name=member.name, counter=bound, lasts=SESSION
            )
        except QueueFault:
            return self._answer(request, "web.form_old", 409)
        answer = RedirectResponse(_first_page(member.role, counter), 303)
        self._cookie(request, answer, SESSION_COOKIE, secret, int(SESSION.total_seconds()))
        return answer

    async def _leave(self, request: Request) -> Response:
        told = await _fields(request)
        if told is None or not _genuine(request, told):
            return self._answer(request, "web.form_old", 403)
        try:
            bearer = self._api.bearer(request)
        except RefusedRequest:
            bearer = None
        if bearer is not None:
            revoke_token(self._api.database, bearer.name)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(SESSION_COOKIE, path="/")
        return answer

    async def _language(self, request: Request) -> Response:
        """Only the reader's own cookie changes, so this needs no token."""
        told = await _fields(request) or {}
        back = told.get("back", "")
        safe = back.startswith("/") and not back.startswith("//") and "\\" not in back
        answer = RedirectResponse(back if safe else "/sign-in", 303)
        if told.get("language") in LANGUAGES:
            self._cookie(request, answer, LANGUAGE_COOKIE, told["language"], 365 * 86_400)
        return answer

    def _cookie(
        self, request: Request, answer: Response, name: str, value: str, age: int | None = None
    ) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=age,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )


def landing(bearer: Bearer) -> str:
    """The page of somebody who is signed in already."""
    return _first_page(bearer.role, bearer.counter)


def _first_page(role: StaffRole, counter: int | None) -> str:
    if counter is not None:
        return f"/counter/{counter}"
    return "/manager" if role is StaffRole.MANAGER else "/supervisor"


def _genuine(request: Request, told: dict[str, str]) -> bool:
    cookie = request.cookies.get(FORM_COOKIE, "")
    return len(cookie) == 32 and hmac.compare_digest(cookie, told.get("form_token", ""))


async def _fields(request: Request) -> dict[str, str] | None:
    """The fields of a posted form; None for what is none."""
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > _FORM_MAX:
            return None
    try:
        found = parse_qs(raw.decode("ascii"), strict_parsing=False, max_num_fields=10)
    except (UnicodeDecodeError, ValueError):
        return None
    return {key: values[0] for key, values in found.items()}
