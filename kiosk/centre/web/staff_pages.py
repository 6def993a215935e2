"""Staff pages: the counter's, the supervisor's and the manager's, and the guides behind "help".

Each page is drawn by the server and has one part that is fetched again after an event
(`/counter/3/now`, ...). A GET changes nothing; every act is a POST to the API by the page's script.
Who is not signed in is sent to the sign-in page; a role sees its own pages and those below.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kiosk.centre.api.app import SESSION_COOKIE, CentreApi, RefusedRequest
from kiosk.centre.api.live import QueueNow
from kiosk.centre.api.tokens import Bearer, StaffRole, page_token
from kiosk.centre.figures.day_figures import DayFigures, day_figures
from kiosk.centre.figures.explain import explain
from kiosk.centre.line_queries import counters_at_work
from kiosk.centre.web.charts import Bars, bar_chart
from kiosk.centre.web.guides import GUIDES
from kiosk.centre.web.live_queue import LiveQueue
from kiosk.centre.web.rendering import PageRenderer
from kiosk.centre.web.sign_in import landing
from kiosk.queue.faults import NoSuchTicket
from kiosk.queue.lifecycle import RETURN_WITHIN_MS, TicketAction, TicketState, allowed
from kiosk.queue.numbering import service_day
from provisioning.faults import Fault
from sync.store.database import Store

LINE_SHOWN, LINE_SHOWN_SUPERVISOR = 7, 100
PRIORITY_ALARM = 0.25
"""Above this share of priority people everybody else waits much longer (docs/queue.md)."""
_ACTS = {
    "recall": TicketAction.RECALL,
    "arrive": TicketAction.ARRIVE,
    "start": TicketAction.START,
    "complete": TicketAction.COMPLETE,
    "transfer": TicketAction.TRANSFER,
    "add-service": TicketAction.ADD_SERVICE,
    "park": TicketAction.PARK,
    "no-show": TicketAction.NO_SHOW,
}
_MAIN = {"called": "arrive", "arrived": "start", "serving": "complete"}
_Page = Callable[[Request, Bearer], Awaitable[Response]]


class StaffPages:
    """The pages of those who are signed in."""

    def __init__(self, api: CentreApi, renderer: PageRenderer, live: LiveQueue) -> None:
        self._api = api
        self._renderer = renderer
        self._live = live

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        agent, supervisor, manager = StaffRole.AGENT, StaffRole.SUPERVISOR, StaffRole.MANAGER
        return [
            self._route("/", agent, self._home),
            self._route("/counter/{counter:int}", agent, self._counter),
            self._route("/counter/{counter:int}/now", agent, self._counter_now),
            self._route("/supervisor", supervisor, self._supervisor),
            self._route("/supervisor/now", supervisor, self._supervisor_now),
            self._route("/tickets/{visit:uuid}/why", agent, self._why),
            self._route("/manager", manager, self._manager),
            self._route("/manager/now", manager, self._manager_now),
            self._route("/help/{guide}", agent, self._help),
        ]

    def _route(self, path: str, role: StaffRole, page: _Page) -> Route:
        async def serve(request: Request) -> Response:
            try:
                bearer = self._api.admit(request, role)
                assert bearer is not None
                return await page(request, bearer)
            except RefusedRequest as refused:
                if refused.status == 401 and not path.endswith("/now"):
                    return RedirectResponse("/sign-in", 303)
                return self._refusal(request, refused.problem.reason, refused.status)
            except NoSuchTicket:
                return self._refusal(request, "no-such-ticket", 404)
            except Fault as fault:
                return self._refusal(request, "unavailable", 503, fault.message)

        return Route(path, serve, methods=["GET"])

    def _refusal(self, request: Request, reason: str, status: int, text: str = "") -> Response:
        return self._renderer.page(
            request, "refusal.html", status, reason=reason, text=text, bearer=None
        )

    async def _home(self, request: Request, bearer: Bearer) -> Response:
        del request
        return RedirectResponse(landing(bearer), 303)

    async def _counter(self, request: Request, bearer: Bearer) -> Response:
        return self._page(request, bearer, "counter.html", self._counter_values(request, bearer))

    async def _counter_now(self, request: Request, bearer: Bearer) -> Response:
        values = self._counter_values(request, bearer)
        return self._renderer.page(request, "counter_now.html", **values)

    def _counter_values(self, request: Request, bearer: Bearer) -> dict[str, Any]:
        number: int = request.path_params["counter"]
        if bearer.counter is not None and bearer.counter != number:
            raise RefusedRequest(403, "other-counter", "")
        table, now = self._api.authority.counter_table, self._live.queue()
        counter = next((each for each in now.counters if each.counter == number), None)
        if counter is None:
            raise RefusedRequest(404, "unknown-counter", "")
        mine = [each for each in now.waiting if table.can_serve(number, each.service)]
        state = TicketState(counter.ticket.state) if counter.ticket else None
        acts = {
            name: state is not None and allowed(state, action) is not None
            for name, action in _ACTS.items()
        }
        since = now.at - RETURN_WITHIN_MS
        return {
            "now": now,
            "counter": counter,
            "called": [each for each in mine if not each.suspended],
            "shown": LINE_SHOWN,
            "absent": [each for each in now.absent if each.state_at >= since],
            "return_ms": RETURN_WITHIN_MS,
            "acts": acts | {"call-next": state is None and now.day_open, "undo": True},
            "main": _MAIN.get(state.value, "") if state else "call-next",
            "nonce": self._nonce(now),
        }

    async def _supervisor(self, request: Request, bearer: Bearer) -> Response:
        return self._page(request, bearer, "supervisor.html", self._supervisor_values())

    async def _supervisor_now(self, request: Request, bearer: Bearer) -> Response:
        return self._renderer.page(
            request, "supervisor_now.html", bearer=bearer, **self._supervisor_values()
        )

    def _supervisor_values(self) -> dict[str, Any]:
        now, rules = self._live.queue(), self._api.authority.rules
        targets = {
            code: 60 * rules.services[code].target_min if code in rules.services else 2_700
            for code in {each.service for each in now.services}
        }
        return {
            "now": now,
            "late": {
                level: sum(each.late == level for each in now.waiting) for level in ("amber", "red")
            },
            "open_counters": len(self._at_work(now)),
            "targets": targets,
            "alarms": self._alarms(now),
            "line": now.waiting[:LINE_SHOWN_SUPERVISOR],
            "nonce": self._nonce(now),
        }

    def _alarms(self, now: QueueNow) -> list[tuple[str, str, str, dict[str, object]]]:
        """(level, icon, text, its values), the gravest first."""
        found: list[tuple[str, str, str, dict[str, object]]] = [
            ("red", "support_agent", "web.alarm_staff", {"kiosk": each.kiosk, "at": each.at})
            for each in self._live.staff_calls()
        ]
        if not self._api.database.clock.trusted:
            found.append(("red", "clock", "web.alarm_clock", {}))
        red = sum(each.late == "red" for each in now.waiting)
        if red:
            found.append(("red", "timer", "web.alarm_late", {"n": red}))
        found += [
            ("red", "block", "web.alarm_no_counter", {"service": code})
            for code in self._unattended(now)
        ]
        if now.unprinted:
            numbers = ", ".join(each.number for each in now.unprinted[:6])
            found.append(
                ("amber", "print", "web.alarm_print", {"n": len(now.unprinted), "numbers": numbers})
            )
        ranked = [each for each in now.waiting if each.priority_class != "normal"]
        if len(now.waiting) >= 12 and len(ranked) > PRIORITY_ALARM * len(now.waiting):
            percent = round(100 * len(ranked) / len(now.waiting))
            found.append(("amber", "accessible", "web.alarm_priority", {"n": percent}))
        return found

    def _unattended(self, now: QueueNow) -> list[str]:
        """Services somebody waits for and that no counter at work may serve."""
        table, at_work = self._api.authority.counter_table, self._at_work(now)
        return [
            each.service
            for each in now.services
            if each.waiting
            and not each.suspended
            and not any(table.can_serve(counter, each.service) for counter in at_work)
        ]

    def _at_work(self, now: QueueNow) -> list[int]:
        """The counters that are open now: nobody on a break."""
        at_work = counters_at_work(self._api.database.store, now.day, now.at)
        return [each.counter for each in at_work if each.until is None]

    async def _why(self, request: Request, bearer: Bearer) -> Response:
        del bearer
        visit: UUID = request.path_params["visit"]
        found = explain(self._api.database, visit, self._api.authority.counter_table)
        return self._renderer.page(request, "why.html", found=found)

    async def _manager(self, request: Request, bearer: Bearer) -> Response:
        return self._page(request, bearer, "manager.html", await self._figures(request))

    async def _manager_now(self, request: Request, bearer: Bearer) -> Response:
        del bearer
        return self._renderer.page(request, "manager_now.html", **await self._figures(request))

    async def _figures(self, request: Request) -> dict[str, Any]:
        today = service_day(self._api.database.clock.now())
        try:
            day = date.fromisoformat(request.query_params.get("day", today.isoformat()))
        except ValueError:
            day = today
        figures = await asyncio.to_thread(self._day_figures, day.isoformat())
        say = self._renderer.translator(self._renderer.language(request)).say
        return {"figures": figures, "today": today.isoformat()} | _plots(figures, say)

    def _day_figures(self, day: str) -> DayFigures:
        """From a connection of this thread: no ticket waits for it."""
        store = Store.read_only(self._api.database.store.path)
        try:
            with store.snapshot():
                return day_figures(store, day, self._api.authority.rules)
        finally:
            store.close()

    async def _help(self, request: Request, bearer: Bearer) -> Response:
        guide = GUIDES.get(request.path_params["guide"])
        if guide is None:
            raise RefusedRequest(404, "no-page", "")
        return self._page(request, bearer, "help.html", {"guide": guide})

    def _page(
        self, request: Request, bearer: Bearer, template: str, values: dict[str, Any]
    ) -> Response:
        rules = self._api.authority.rules
        return self._renderer.page(
            request,
            template,
            bearer=bearer,
            form_token=request.cookies.get("huduma_form", ""),
            page_token=page_token(request.cookies.get(SESSION_COOKIE, "")),
            services=sorted(rules.services.values(), key=lambda each: (each.agency, each.code)),
            classes=sorted(rules.classes.values(), key=lambda each: (each.rank, each.key)),
            **values,
        )

    def _nonce(self, now: QueueNow) -> str:
        """New for every drawing of a part: a press of one drawing counts once."""
        return f"w{now.seq}-{self._api.database.ids.token(6).hex()}"


def _plots(figures: DayFigures, say: Callable[..., str]) -> dict[str, Any]:
    def in_minutes(seconds: float | None) -> float | None:
        return None if seconds is None else seconds / 60

    hours = [
        Bars(each.key, (in_minutes(each.wait_p50_s), in_minutes(each.wait_p90_s)))
        for each in figures.hours
    ]
    served = [Bars(each.key, (float(each.served),)) for each in figures.hours]
    return {
        "waits": bar_chart(say("web.plot_waits"), hours) if hours else None,
        "served": bar_chart(say("web.plot_served"), served) if served else None,
    }
