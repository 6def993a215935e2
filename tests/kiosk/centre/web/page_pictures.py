"""Draws the pages of a played morning: `python -m tests.kiosk.centre.web.page_pictures [FOLDER]`.

The pictures of `docs/pictures/hall/`, in both languages, from a centre with the default pack.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from kiosk.queue.faults import QueueFault
from kiosk.queue.signed_code import ticket_payload
from tests.kiosk.centre.web.browser_bench import People, ServedCentre, chromium
from tests.kiosk.centre.web.page_bench import KIOSK_KEY, PageBench

FOLDER = Path(__file__).resolve().parents[4] / "docs/pictures/hall"
COLOURS = 96
SERVICES = ("NRB-01", "NRB-02", "NRB-05", "CRS-01", "KRA-01", "NTSA-01", "DIS-01", "DCI-01")
CLASSES = ("normal",) * 7 + ("elderly", "pregnant", "infant")


def morning(bench: PageBench) -> None:
    """Three hours at five counters: 150 people, some absent, one service suspended at the end."""
    dice = random.Random(7)
    for counter in range(1, 6):
        bench.authority.day.set_counter(counter, "open", who=f"A{counter}")
    for _minute in range(190):
        for _ in range(dice.choice((0, 1, 1, 1, 2))):
            bench.issue(dice.choice(SERVICES), dice.choice(CLASSES))
        for counter in range(1, 6):
            if dice.random() < 0.17:
                step(bench, counter, dice)
        bench.pass_time(seconds=58)
    for counter in range(1, 6):
        step(bench, counter, dice)
    last(bench)


def step(bench: PageBench, counter: int, dice: random.Random) -> None:
    """The counter ends whom it has and calls the next."""
    counters, who = bench.authority.counters, f"A{counter}"
    now = {each.counter: each for each in bench.pages_now().counters}[counter]
    if now.ticket is not None:
        absent = now.ticket.state == "called"
        (counters.no_show if absent else counters.complete)(counter, who=who)
    try:
        counters.call(counter, who=who)
    except QueueFault:
        return
    bench.pass_time(seconds=2)
    if dice.random() < 0.93:
        counters.arrive(counter, who=who)
        counters.start(counter, who=who)


def last(bench: PageBench) -> None:
    """What a visitor of the pages should see: every state once."""
    counters, day = bench.authority.counters, bench.authority.day
    counters.complete(3, who="A3")
    counters.call(3, who="A3")
    counters.arrive(3, who="A3")
    counters.park(3, who="A3")
    counters.call(3, who="A3")
    counters.no_show(3, who="A3")
    counters.call(3, who="A3")
    counters.complete(5, who="A5")
    day.set_counter(5, "break", who="A5", minutes=15)
    day.suspend("KRA-01", "iTax is down", who="S1")


def shot(page: Page, folder: Path, name: str, *, whole: bool = False) -> None:
    """One picture, when its fonts are there."""
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_timeout(300)
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=whole)
    with Image.open(path) as picture:
        small = picture.convert("RGB")
    small.thumbnail((1280, 1600))
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def draw(people: People, folder: Path) -> None:
    """Every page of staff in both languages, the display on both shapes, a ticket."""
    bench, url = people.centre.bench, people.centre.url
    for language in ("en", "sw"):
        page = people.page(language=language)
        people.sign_in(page, "A1")
        shot(page, folder, f"counter-{language}")
        people.sign_in(page, "M1")
        shot(page, folder, f"manager-{language}", whole=True)
        page.goto(f"{url}/supervisor")
        shot(page, folder, f"supervisor-{language}")
        page.context.close()
    mine = people.centre.do(lambda: bench.issue("NRB-01"))
    code = ticket_payload(KIOSK_KEY, "HC-001", bench.clock.now().date(), mine.label, mine.visit)
    page = people.page(390, 700)
    page.goto(f"{url}/t/{code}")
    shot(page, folder, "ticket")
    for name, width, height in (("display", 1920, 1080), ("display-portrait", 1080, 1920)):
        page = people.page(width, height)
        page.goto(f"{url}/display")
        page.wait_for_timeout(500)
        people.centre.do(lambda: bench.authority.counters.recall(3))
        page.wait_for_selector(".fresh")
        shot(page, folder, name)


def main(folder: Path = FOLDER) -> None:
    """Play the morning and draw."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        centre = ServedCentre(Path(place))
        centre.do(lambda: morning(centre.bench))
        draw(People(centre, browser), folder)
        centre.close()


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:2]))
