"""The pages without a browser: who gets in, what a press does, what each page says, both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.centre.web.guides import GUIDES
from kiosk.centre.web.rendering import HEADERS, STATIC
from kiosk.centre.web.sign_in import FREE_TRIES, PAUSE_S
from kiosk.queue.protocol import StaffCall
from kiosk.queue.signed_code import ticket_address, ticket_payload
from kiosk.ui.theme import tokens
from tests.kiosk.centre.web.page_bench import KIOSK_KEY, PACK_RULES, PIN, Browser, PageBench, found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PageBench]:
    opened = PageBench(tmp_path)
    yield opened
    opened.store.close()


@pytest.fixture
def browser(bench: PageBench) -> Browser:
    with bench.browser() as opened:
        return opened


PAGES = ("/", "/counter/3", "/supervisor", "/manager", "/help/counter", "/help/supervisor")


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", ["/counter/3/now", "/supervisor/now", "/manager/now"])
def test_a_part_says_401_so_that_the_page_goes_to_sign_in(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 401


@pytest.mark.parametrize(
    ("name", "landing", "open_pages", "closed"),
    [
        ("A1", "/counter/3", ["/counter/3"], ["/counter/2", "/supervisor", "/manager"]),
        ("S1", "/supervisor", ["/counter/2", "/supervisor"], ["/manager"]),
        ("M1", "/manager", ["/counter/2", "/supervisor", "/manager"], []),
    ],
)
def test_a_role_sees_its_pages_and_those_below(
    browser: Browser, name: str, landing: str, open_pages: list[str], closed: list[str]
) -> None:
    answer = browser.sign_in(name)
    assert (answer.status_code, answer.headers["location"]) == (303, landing)
    assert [browser.get(path).status_code for path in open_pages] == [200] * len(open_pages)
    assert [browser.get(path).status_code for path in closed] == [403] * len(closed)


def test_a_badge_signs_in_from_either_field(bench: PageBench) -> None:
    for told in ({"name": bench.badges["S1"], "pin": ""}, {"name": "x", "pin": bench.badges["S1"]}):
        with bench.browser() as browser:
            assert browser.sign_in(**told).status_code == 303


def test_an_agent_without_a_counter_of_his_own_chooses_one(browser: Browser) -> None:
    assert browser.sign_in("A2").status_code == 403
    assert browser.sign_in("A2", counter="99").status_code == 403
    assert browser.sign_in("A2", counter="2").headers["location"] == "/counter/2"
    assert browser.get("/counter/3").status_code == 403


def test_a_session_is_one_at_a_time_and_ends(bench: PageBench) -> None:
    with bench.browser() as one, bench.browser() as other:
        one.sign_in("S1")
        other.sign_in("S1")
        assert one.get("/supervisor").status_code == 303
        page = other.get("/supervisor").text
        assert other.ask("POST", "/sign-out").status_code == 403
        token = found(page, r'name="form_token" value="(\w+)"')
        assert other.ask("POST", "/sign-out", data={"form_token": token}).status_code == 303
        assert other.get("/supervisor").status_code == 303
        other.sign_in("S1")
        bench.pass_time(minutes=60 * 12 + 1)
        assert other.get("/supervisor").status_code == 303


def test_wrong_pins_of_a_name_wait_and_a_badge_does_not(bench: PageBench) -> None:
    with bench.browser() as browser:
        for _ in range(FREE_TRIES):
            assert browser.sign_in("A1", "111112").status_code == 403
        assert browser.sign_in("A1").status_code == 429
        bench.pass_time(seconds=PAUSE_S - 2)
        assert browser.sign_in("A1").status_code == 429
        assert browser.sign_in(bench.badges["A1"]).status_code == 303
        bench.pass_time(seconds=3)
        assert browser.sign_in("A1").status_code == 303


def test_many_wrong_names_shut_the_address_out(bench: PageBench) -> None:
    with bench.browser() as browser:
        seen = [browser.sign_in(f"X{n}", "738162").status_code for n in range(12)]
        assert seen == [403] * 10 + [429] * 2
        assert browser.sign_in("S1").status_code == 429
        bench.pass_time(minutes=2)
        assert browser.sign_in("S1").status_code == 303


def test_a_form_of_another_site_signs_nobody_in(browser: Browser) -> None:
    browser.get("/sign-in")
    for token in ("", "0" * 32):
        told = {"form_token": token, "name": "S1", "pin": PIN}
        assert browser.ask("POST", "/sign-in", data=told).status_code == 403
    assert browser.ask("POST", "/sign-in", content=b"\xff" * 9).status_code == 403
    assert browser.ask("POST", "/sign-in", content=b"a" * 9_000).status_code == 403


def test_cookies_are_for_this_site_alone_and_for_https_where_there_is(bench: PageBench) -> None:
    for scheme, secure in (("http", False), ("https", True)):
        with bench.browser(scheme) as browser:
            cookie = browser.sign_in("S1").headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
            assert ("secure" in cookie) is secure


def test_a_press_needs_the_token_of_its_page(bench: PageBench, browser: Browser) -> None:
    bench.issue()
    browser.sign_in("A1")
    page = browser.get("/counter/3").text
    before = bench.kinds()
    for token in ("", "0" * 32):
        answer = browser.press(page, "key-call-next", **{"x-page-token": token})
        assert (answer.status_code, answer.json()["reason"]) == (403, "page-token")
    assert bench.kinds() == before
    assert browser.press(page, "key-call-next").status_code == 200


def test_a_visit_pressed_through_and_a_double_tap_counts_once(
    bench: PageBench, browser: Browser
) -> None:
    first, second = bench.issue(), bench.issue("KRA-01")
    browser.sign_in("A1")
    page = browser.get("/counter/3").text
    assert browser.press(page, "key-call-next").json()["number"] == first.label
    assert browser.press(page, "key-call-next").json()["number"] == first.label
    for button, state in (("arrive", "arrived"), ("start", "serving"), ("complete", "served")):
        page = browser.get("/counter/3").text
        assert found(page, r'class="key main" data-act="([\w-]+)"') == button
        assert browser.press(page, f"key-{button}").json()["state"] == state
    page = browser.get("/counter/3").text
    assert browser.press(page, "key-call-next").json()["number"] == second.label
    assert bench.kinds().count("ticket.called") == 2
    assert "A1" in {entry.body.get("who") for entry in bench.journal.entries()}


def disabled(page: str) -> set[str]:
    return set(re.findall(r'<button id="key-([\w-]+)"[^>]* disabled>', page))


def test_only_what_the_state_allows_can_be_pressed(bench: PageBench, browser: Browser) -> None:
    bench.issue()
    browser.sign_in("A1")
    page = browser.get("/counter/3").text
    at_counter = {
        "recall", "no-show", "arrive", "start", "complete", "transfer", "add-service", "park",
    }  # fmt: skip
    assert disabled(page) == at_counter
    browser.press(page, "key-call-next")
    assert disabled(browser.get("/counter/3").text) == {"call-next"}
    browser.press(browser.get("/counter/3").text, "key-arrive")
    assert disabled(browser.get("/counter/3").text) == {"call-next", "recall", "no-show", "arrive"}


def test_who_missed_the_call_and_who_is_set_aside_have_a_way_back(
    bench: PageBench, browser: Browser
) -> None:
    missed, aside = bench.issue(), bench.issue()
    browser.sign_in("A1")
    for button in ("key-call-next", "key-no-show", "key-call-next", "key-park"):
        assert browser.press(browser.get("/counter/3").text, button).status_code == 200
    page = browser.get("/counter/3").text
    assert browser.press(page, f"return-{missed.visit}").json()["state"] == "waiting"
    answer = browser.press(page, f"unpark-{aside.visit}", {"visit": str(aside.visit)})
    assert (answer.json()["number"], answer.json()["state"]) == (aside.label, "called")
    bench.pass_time(minutes=16)
    assert "return-" not in browser.get("/counter/3").text


def test_waits_are_coloured_by_the_charters_target(bench: PageBench, browser: Browser) -> None:
    browser.sign_in("S1")
    bench.issue()
    for minutes, level in ((0, "good"), (34, "amber"), (12, "red")):
        bench.pass_time(minutes=minutes)
        assert f'<span class="pill {level}">' in browser.get("/supervisor/now").text


def test_the_supervisor_is_told_what_needs_attention(bench: PageBench, browser: Browser) -> None:
    browser.sign_in("S1")
    assert "Nothing needs attention" in browser.get("/supervisor").text
    ticket = bench.issue("KRA-01")
    bench.authority.staff_called("kiosk-2", StaffCall(visit=ticket.visit, state="form"))
    bench.pass_time(minutes=46)
    for counter in (1, 2, 3, 5):
        bench.authority.day.set_counter(counter, "closed")
    page = browser.get("/supervisor").text
    assert "1 wait longer than the charter promises" in page
    assert "No open counter serves Register for a KRA PIN" in page
    assert "kiosk-2: a citizen asked" not in page, "a call of long ago is no alarm"
    bench.authority.staff_called("kiosk-2", StaffCall(visit=ticket.visit, state="form"))
    assert "kiosk-2: a citizen asked for a person at" in browser.get("/supervisor").text


def test_a_supervisor_suspends_and_resumes_and_closes_the_day(
    bench: PageBench, browser: Browser
) -> None:
    browser.sign_in("S1")
    bench.issue("KRA-01")
    told = {
        "x-page-token": found(browser.get("/supervisor").text, r'data-page-token="(\w+)"'),
        "idempotency-key": "one",
    }
    path = "/api/v1/services/KRA-01/suspend"
    answer = browser.ask("POST", path, json={"reason": "iTax <b>down</b>"}, headers=told)
    assert answer.status_code == 200
    page = browser.get("/supervisor").text
    assert "iTax &lt;b&gt;down&lt;/b&gt;" in page
    assert "Kusajili PIN ya KRA" in browser.get("/display").text
    assert browser.press(page, "resume-KRA-01").status_code == 200
    assert browser.press(browser.get("/supervisor").text, "close-the-day").json()["open"] is False
    assert 'id="open-the-day"' in browser.get("/supervisor").text
    assert "The day is closed" in browser.get("/counter/1").text


def test_why_a_ticket_stands_where_it_stands(bench: PageBench, browser: Browser) -> None:
    ticket = bench.issue()
    browser.sign_in("S1")
    assert browser.get(f"/tickets/{ticket.visit}/why").status_code == 200
    assert browser.get("/tickets/01a22c2f-16bc-76be-8f34-6cb0d0ef2258/why").status_code == 404


def test_the_manager_sees_the_day_and_takes_it_away(bench: PageBench, browser: Browser) -> None:
    browser.sign_in("M1")
    assert browser.get("/manager").status_code == 200
    bench.issue()
    bench.authority.counters.call(1)
    bench.pass_time(minutes=5)
    bench.authority.counters.complete(1)
    page = browser.get("/manager").text
    assert page.count('<svg class="plot"') == 2
    assert "<rect" in page
    link = found(page, r'href="(/api/v1/figures\?day=[\d-]+&amp;format=csv)"').replace("&amp;", "&")
    assert browser.get(link).headers["content-type"].startswith("text/csv")
    for day in ("2026-01-01", "no day", "9999-99-99"):
        assert browser.get(f"/manager?day={day}").status_code == 200


@pytest.mark.parametrize("path", [*PAGES[1:], "/display"])
def test_every_page_speaks_both_languages_and_loads_nothing_from_elsewhere(
    bench: PageBench, browser: Browser, path: str
) -> None:
    bench.issue()
    bench.authority.counters.call(1)
    bench.issue(priority_class="elderly")
    browser.sign_in("M1")
    english = browser.get(path)
    answer = browser.ask("POST", "/language", data={"language": "sw", "back": path})
    assert answer.headers["location"] == path
    swahili = browser.get(path)
    assert path == "/display" or english.text != swahili.text
    for answer in (english, swahili):
        assert answer.status_code == 200
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert not re.search(r'(src|href)="(https?:)?//', answer.text)
        assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", answer.text)


@pytest.mark.parametrize("back", ["//evil.example", "http://evil.example", "/\\evil", ""])
def test_a_change_of_language_leads_nowhere_else(browser: Browser, back: str) -> None:
    answer = browser.ask("POST", "/language", data={"language": "sw", "back": back})
    assert answer.headers["location"] == "/sign-in"


def test_the_display_names_nobody_and_shows_the_newest_call_first(
    bench: PageBench, browser: Browser
) -> None:
    tickets = [bench.issue("NRB-02"), bench.issue("KRA-01"), bench.issue("NTSA-01")]
    bench.authority.counters.call(1, who="A1")
    bench.pass_time(seconds=3)
    bench.authority.counters.call(2)
    page = browser.get("/display").text
    calls = [f"{tickets[1].label}@2", f"{tickets[0].label}@1"]
    assert re.findall(r'data-call="([^"]+)"', page) == calls
    assert 'class="call over"' not in page
    bench.authority.counters.no_show(2)
    bench.pass_time(seconds=1)
    bench.authority.counters.call(2)
    over = re.findall(r'class="call over" data-call="([^"]+)"', browser.get("/display").text)
    assert over == [f"{tickets[1].label}@2"]
    assert tickets[2].label in found(page, r"(?s)<section class=\"panel next\">(.*?)</section>")
    assert f'fill="{PACK_RULES.agencies["KRA"].colour}"' in page
    assert "A1<" not in page
    assert str(tickets[0].visit) not in page


def test_only_a_call_of_now_is_spoken(bench: PageBench, browser: Browser) -> None:
    ticket = bench.issue()
    path = f"/voice/sw/{ticket.label}/1.wav"
    assert browser.get(path).status_code == 404
    bench.authority.counters.call(1)
    assert browser.get(path.replace("/1.", "/2.")).status_code == 404
    assert browser.get(path.replace("/sw/", "/fr/")).status_code == 404
    assert browser.get("/voice/chime.wav").content[:4] == b"RIFF"


def test_a_citizens_ticket_by_its_code(bench: PageBench, browser: Browser) -> None:
    bench.issue()
    mine = bench.issue()
    payload = ticket_payload(KIOSK_KEY, "HC-001", bench.clock.now().date(), mine.label, mine.visit)
    words = [mine.label, "Huduma Centre Nairobi GPO", "wait"]
    path = ticket_address("http://centre", words, payload).removeprefix("http://centre")
    for address in (path, f"/t/{payload}"):
        page = browser.get(address).text
        assert "You are in line" in page
        assert found(page, r'<span class="number">(\d+)</span><p>watu walio mbele') == "1"
    bench.authority.counters.call(1)
    bench.authority.counters.call(2)
    assert "Go to counter 2 now" in browser.get(path + "?now").text
    bench.authority.counters.complete(2)
    assert "You have been served" in browser.get(path + "?now").text
    assert not browser.cookies


def test_a_code_that_no_kiosk_of_this_site_signed_opens_nothing(
    bench: PageBench, browser: Browser
) -> None:
    mine = bench.issue()
    day = bench.clock.now().date()
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    genuine = ticket_payload(KIOSK_KEY, "HC-001", day, mine.label, mine.visit)
    for code in (
        ticket_payload(other, "HC-001", day, mine.label, mine.visit),
        ticket_payload(KIOSK_KEY, "HC-002", day, mine.label, mine.visit),
        genuine.replace(mine.label, "A999"),
        genuine[:-2],
        "HK1.A101..",
        "x" * 300,
        "",
    ):
        assert browser.get(f"/t/{code}").status_code == 404, code


def test_the_open_port_has_no_staff_page_and_no_act(bench: PageBench) -> None:
    bench.app = bench.open_to_all
    with bench.browser() as browser:
        assert browser.get("/display").status_code == 200
        for path in ("/sign-in", "/supervisor", "/api/v1/queue", "/api/v1/figures"):
            assert browser.get(path).status_code == 404
        assert browser.ask("POST", "/api/v1/day/close", json={}).status_code in {404, 405}


def test_files_are_the_pages_own_and_the_packs_look(browser: Browser) -> None:
    for name in ("theme.css", "live.js", "mark.svg"):
        assert browser.get(f"/static/{name}").status_code == 200
    assert browser.get("/look/Inter-Regular.otf").status_code == 200
    for path in ("/static/../rendering.py", "/static/nothing.js", "/look/OFL.txt", "/look/x.otf"):
        assert browser.get(path).status_code == 404


def test_the_pages_colours_are_the_kiosks() -> None:
    css = (STATIC / "theme.css").read_text()
    told = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", css))
    del told["hair"]
    for name, colour in told.items():
        wanted = getattr(tokens.LIGHT, name.replace("-", "_"))
        assert tokens.rgba(colour) == wanted, name


def test_the_guides_are_the_documents(browser: Browser) -> None:
    browser.sign_in("S1")
    for guide in GUIDES.values():
        page = browser.get(f"/help/{guide.name}").text
        assert page.count("<li>") == guide.steps
    assert browser.get("/help/nothing").status_code == 404
