"""A centre with its pages in this process: signs in, asks for pages, presses as a page would."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.catalogue import csv_tables
from content.catalogue.csv_tables import NAMES
from content.default_sources import DEFAULT_SOURCES
from content.i18n import strings
from kiosk.centre.api.live import QueueNow, queue_now
from kiosk.centre.api.tokens import StaffRole
from kiosk.centre.web.pages import centre_pages
from kiosk.centre.web.rendering import PageContent, icon_characters
from kiosk.centre.web.staff_accounts import StaffAccounts
from kiosk.queue.numbering import series_of
from kiosk.queue.rules import CentreRules, ServiceRule
from provisioning.ids import SeededIds
from tests.kiosk.centre.centre_bench import CentreBench

LOOK = {path.name: path for path in (DEFAULT_SOURCES / "look").rglob("*") if path.is_file()}
TEXTS = strings.read((DEFAULT_SOURCES / "strings.csv").read_bytes(), strict=True)
KIOSK_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PIN = "738162"
STAFF = (
    ("A1", StaffRole.AGENT, 3),
    ("A2", StaffRole.AGENT, None),
    ("S1", StaffRole.SUPERVISOR, None),
    ("S2", StaffRole.SUPERVISOR, None),
    ("M1", StaffRole.MANAGER, None),
)


def pack_rules() -> CentreRules:
    """The services, agencies and classes of the default pack, at any hour."""
    tables = csv_tables.read({name: (DEFAULT_SOURCES / name).read_bytes() for name in NAMES})
    order = [each.key for each in sorted(tables.categories.values(), key=lambda c: c.order)]
    services = {
        code: ServiceRule(
            code, each.agency, series_of(each.category, order), names=each.names.texts
        )
        for code, each in tables.services.items()
    }
    return CentreRules(services=services, classes=tables.priority_classes, agencies=tables.agencies)


PACK_RULES = pack_rules()


@cache
def accounts_file() -> tuple[str, dict[str, str]]:
    """The list of staff, hashed once for all tests, and the text of each badge."""
    with TemporaryDirectory() as folder:
        accounts = StaffAccounts(Path(folder))
        badges = {
            name: accounts.enrol(name, role, counter, SeededIds(len(name)), pin=PIN)[1]
            for name, role, counter in STAFF
        }
        return accounts.path.read_text(), badges


class PageBench(CentreBench):
    """A centre whose staff A1 (counter 3), S1, S2 and M1 have one PIN. Texts are strict: a key the
    pack does not have fails the page.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "centre.db", rules=PACK_RULES)
        self.accounts = StaffAccounts(folder)
        text, self.badges = accounts_file()
        self.accounts.path.write_text(text)
        content = PageContent(
            TEXTS,
            "Huduma Centre Nairobi GPO",
            look=LOOK,
            icons=icon_characters(LOOK, LOOK["icons.csv"].read_bytes()),
        )
        keys = {"kiosk-1": KIOSK_KEY.public_key()}
        self.pages = centre_pages(self.api, content, self.accounts, keys.get)
        self.app = self.api.app(self.pages.staff)
        self.open_to_all = self.api.hall_app(self.pages.hall)

    def pages_now(self) -> QueueNow:
        """What staff see."""
        return queue_now(self.authority, self.database)

    @contextmanager
    def browser(self, scheme: str = "http") -> Iterator[Browser]:
        """A browser without a session."""
        yield Browser(self, f"{scheme}://centre")


class Browser:
    """Keeps cookies, follows no redirect."""

    def __init__(self, bench: PageBench, base: str) -> None:
        self._bench = bench
        self._base = base
        self.cookies = httpx.Cookies()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request with the cookies so far."""

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self._bench.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(
                transport=transport, base_url=self._base, cookies=self.cookies
            ) as client:
                found = await client.request(method, path, **more)
                self.cookies = client.cookies
                return found

        return asyncio.run(go())

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def sign_in(self, name: str, pin: str = PIN, counter: str = "") -> httpx.Response:
        """Fill the form and send it."""
        page = self.get("/sign-in").text
        token = found(page, r'name="form_token" value="(\w+)"')
        told = {"form_token": token, "name": name, "pin": pin, "counter": counter}
        return self.ask("POST", "/sign-in", data=told)

    def press(self, page: str, button: str, body: Any = None, **headers: str) -> httpx.Response:
        """What the page's script sends for the button with this id."""
        row = found(page, rf'<button id="{button}"([^>]*)>')
        path = found(row, r'data-path="([^"]+)"')
        sent = {
            "x-page-token": found(page, r'data-page-token="(\w+)"'),
            "idempotency-key": found(page, r'data-nonce="([\w-]+)"') + ":" + button,
        }
        return self.ask("POST", path, json=body or {}, headers=sent | headers)


def found(text: str, pattern: str) -> str:
    match = re.search(pattern, text)
    assert match, f"{pattern} is not in {text[:200]}"
    return match[1]
