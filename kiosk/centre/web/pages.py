"""Pages: everything a centre serves in a browser beside its API.

`staff_routes` need a sign-in, `hall_routes` nobody's; both need the files of `file_routes`.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kiosk.centre.api.app import CentreApi
from kiosk.centre.web.display_pages import DisplayPages, KioskKeys
from kiosk.centre.web.live_queue import LiveQueue
from kiosk.centre.web.rendering import HEADERS, STATIC, PageContent, PageRenderer, asset
from kiosk.centre.web.sign_in import SignIn
from kiosk.centre.web.staff_accounts import StaffAccounts
from kiosk.centre.web.staff_pages import StaffPages

LOOK_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf", "InterDisplay-Bold.otf", "icons.ttf")


@dataclass(frozen=True, slots=True)
class CentrePages:
    """The routes of one centre's pages."""

    staff: list[BaseRoute]
    hall: list[BaseRoute]


def centre_pages(
    api: CentreApi, content: PageContent, accounts: StaffAccounts, kiosk_keys: KioskKeys
) -> CentrePages:
    """The pages over `api`: for staff (with the hall's), and for the hall alone."""
    renderer = PageRenderer(content, api.authority.rules)
    live = LiveQueue(api.authority, api.database)
    hall = DisplayPages(api, renderer, live, kiosk_keys).routes() + _files(content)
    staff = StaffPages(api, renderer, live).routes()
    return CentrePages([*staff, *SignIn(api, renderer, accounts).routes(), *hall], hall)


def _files(content: PageContent) -> list[BaseRoute]:
    static = {path.name: path.read_bytes() for path in STATIC.iterdir()}

    async def serve_static(request: Request) -> Response:
        name = request.path_params["name"]
        found = static.get(name)
        return _missing() if found is None else asset(name, found)

    async def serve_look(request: Request) -> Response:
        name = request.path_params["name"]
        path = content.look.get(name) if name in LOOK_FILES else None
        try:
            return _missing() if path is None else asset(name, path.read_bytes())
        except OSError:
            return _missing()

    return [
        Route("/static/{name}", serve_static, methods=["GET"]),
        Route("/look/{name}", serve_look, methods=["GET"]),
    ]


def _missing() -> Response:
    return Response(status_code=404, headers=dict(HEADERS))
