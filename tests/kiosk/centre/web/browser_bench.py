"""A centre with pages on a port of this machine and a real Chromium before it.

The server runs in a thread of its own with its own centre, whose time is virtual; `do` runs a
function there. `stop` and `start` end and begin the server while the centre's data stay.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from kiosk.centre.api.serving import listening_socket
from tests.kiosk.centre.web.page_bench import PIN, PageBench

CHROMIUM = shutil.which("chromium") or ""
ARGUMENTS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
Found = TypeVar("Found")

COUNTED_SOUNDS = """
window.played = [];
window.Audio = class {
  constructor(source) { this.source = source; }
  play() {
    window.played.push(this.source);
    document.documentElement.dataset.played = window.played.length;
    setTimeout(() => this.onended && this.onended(), 50);
    return Promise.resolve();
  }
  pause() {}
};
"""
"""In place of a loudspeaker: what was played, in order."""


class ServedCentre:
    """The thread with the centre."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.bench: PageBench = self.do(lambda: PageBench(folder))
        self.port = 0
        self._server: uvicorn.Server | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def do(self, act: Callable[[], Found]) -> Found:
        """Run `act` where the centre lives."""

        async def run() -> Found:
            return act()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(30)

    def start(self) -> None:
        """Serve, on the same port as before."""
        listening = listening_socket("127.0.0.1", self.port)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self.bench.app, log_level="error", lifespan="off", timeout_graceful_shutdown=0
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.run_coroutine_threadsafe(
            self._server._serve(sockets=[listening]), self._loop
        )

    def stop(self) -> None:
        """Every open stream ends; nobody is answered."""
        assert self._server is not None
        self._server.should_exit = True
        self._serving.result(30)

    def close(self) -> None:
        self.stop()
        self.do(self.bench.store.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


class People:
    """Browsers of people before the pages of `centre`."""

    def __init__(self, centre: ServedCentre, browser: Browser) -> None:
        self.centre = centre
        self.browser = browser
        self.complaints: list[str] = []

    def page(self, width: int = 1280, height: int = 800, language: str = "en") -> Page:
        """A new browser window with cookies of its own; what its console complains of is kept."""
        context = self.browser.new_context(viewport={"width": width, "height": height})
        context.add_init_script(COUNTED_SOUNDS)
        self._speak(context, language)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda told: (
                self.complaints.append(told.text) if "Content Security" in told.text else None
            ),
        )
        return page

    def _speak(self, context: BrowserContext, language: str) -> None:
        context.add_cookies(
            [{"name": "huduma_language", "value": language, "url": self.centre.url}]
        )

    def sign_in(self, page: Page, name: str, counter: str = "") -> None:
        """Through the form."""
        page.goto(f"{self.centre.url}/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=pin]", PIN)
        if counter:
            page.select_option("[name=counter]", counter)
        page.click(".wide")
        page.wait_for_selector(".who")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
