"""Serves the fleet page and `/metrics` of a national node, to this machine unless told otherwise.

Reads the national database beside its gateway; what was read is kept for a few seconds, so that a
crowd of readers costs no more than one.
"""

from __future__ import annotations

from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kiosk.fleet.fleet_page import OPENMETRICS, metrics, page
from kiosk.fleet.fleet_report import FleetReport

KEPT_S = 10.0
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def fleet_app(look: Callable[[], FleetReport], monotonic: Callable[[], float]) -> Starlette:
    """The two pages; `look` makes a report."""
    kept: list[tuple[float, FleetReport]] = []

    def report() -> FleetReport:
        now = monotonic()
        if not kept or now - kept[0][0] > KEPT_S:
            kept[:] = [(now, look())]
        return kept[0][1]

    async def fleet(request: Request) -> Response:
        language = request.query_params.get("lang", "en")
        return HTMLResponse(page(report(), language), headers=_HEADERS)

    async def figures(_request: Request) -> Response:
        return Response(metrics(report()), media_type=OPENMETRICS)

    return Starlette(routes=[Route("/", fleet), Route("/metrics", figures)])


def serve(app: Starlette, host: str, port: int) -> None:
    """Until SIGTERM or SIGINT."""
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)
