"""The HTTP API: roles on every route, keys, what is refused, events, and its own description."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.centre.api.events import GAP_MAX, events_after
from kiosk.centre.api.openapi import document
from kiosk.centre.api.routes import ROUTES, ApiRoute
from kiosk.centre.api.tokens import WRONG_MAX, StaffRole, revoke_token
from kiosk.centre.entry import milliseconds
from kiosk.queue.faults import QueueFault
from tests.kiosk.centre.centre_bench import CentreBench

VISIT = "01a22c2f-16bc-76be-8f34-6cb0d0ef2258"
BODIES: dict[str, dict[str, Any]] = {
    "/tickets": {"service": "NRB-02", "kiosk": "kiosk-1"},
    "/tickets/{visit}/priority": {"class": "elderly", "reason": "uses a stick"},
    "/tickets/{visit}/void": {"reason": "went home"},
    "/counters/{counter}/transfer": {"service": "KRA-01"},
    "/counters/{counter}/add-service": {"service": "KRA-01"},
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[CentreBench]:
    opened = CentreBench(tmp_path / "centre.db")
    yield opened
    assert opened.rebuilt(), "the tables are not what the journal says"
    opened.store.close()


def filled(path: str) -> str:
    return path.replace("{counter}", "1").replace("{visit}", VISIT).replace("{service}", "NRB-02")


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: f"{each.method} {each.path}")
def test_a_route_lets_in_its_role_and_nobody_below(bench: CentreBench, route: ApiRoute) -> None:
    path, body = filled(route.path), BODIES.get(route.path)
    tokens = {role: bench.token(role.value, role.value) for role in StaffRole}
    before = bench.kinds()
    for role, token in tokens.items():
        found = bench.ask(route.method, path, body, token=token).status_code
        if route.role is not None and not role.may(route.role):
            assert (found, bench.kinds()) == (403, before), role
    last = bench.kinds()
    assert bench.ask(route.method, path, body).status_code == (401 if route.role else 200)
    if route.method == "POST":
        assert bench.ask("POST", path, body, token=tokens[StaffRole.MANAGER], key="").status_code
        assert bench.ask("GET", path).status_code in {404, 405, 401}
    else:
        assert bench.ask("POST", path, {}).status_code in {405, 401}
    assert bench.kinds() == last


def test_no_get_changes_anything(bench: CentreBench) -> None:
    token, ticket = bench.token(), bench.issue()
    before = bench.kinds()
    for route in ROUTES:
        if route.method == "GET":
            path = filled(route.path).replace(VISIT, str(ticket.visit))
            assert bench.ask("GET", path, token=token).status_code == 200, path
    assert bench.kinds() == before


def test_a_number_is_given_once_for_its_key(bench: CentreBench) -> None:
    token, body = bench.token("agent"), BODIES["/tickets"]
    first = bench.ask("POST", "/tickets", body, token=token, key="touch-1")
    again = bench.ask("POST", "/tickets", body, token=token, key="touch-1")
    assert first.status_code == 200
    assert first.json() == again.json()
    other = bench.ask("POST", "/tickets", body, token=token, key="touch-2").json()
    assert (first.json()["number"], other["number"]) == ("A101", "A102")
    assert (first.json()["ahead"], other["ahead"]) == (0, 1)
    assert bench.kinds().count("ticket.granted") == 2


def test_a_whole_visit_over_http(bench: CentreBench) -> None:
    token = bench.token("agent", "A1")
    issued = bench.ask("POST", "/tickets", BODIES["/tickets"], token=token).json()
    states = []
    for act in ("call-next", "arrive", "start", "complete"):
        found = bench.ask("POST", f"/counters/1/{act}", token=token).json()
        assert found["number"] == issued["number"]
        states.append(found["state"])
    assert states == ["called", "arrived", "serving", "served"]
    told = bench.ask("GET", f"/tickets/{issued['visit']}/explain", token=token).json()
    assert {step["who"] for step in told["steps"]} == {"A1"}
    assert (
        bench.ask("POST", "/counters/1/call-next", token=token).json()["reason"] == "nobody-waits"
    )


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/tickets", {"service": "NRB-02"}, 422),
        ("/tickets", {"service": "NRB-02", "kiosk": "kiosk-1", "king": 1}, 422),
        ("/tickets", {"service": "NO-1", "kiosk": "kiosk-1"}, 404),
        ("/tickets", {"service": "NRB-02", "kiosk": "kiosk-1", "class": "king"}, 404),
        ("/tickets", {"service": "NRB-02", "kiosk": "kiosk-1", "appointment": "?"}, 404),
        ("/tickets", [], 422),
        ("/counters/0/call-next", None, 422),
        ("/counters/9/call-next", None, 404),
        ("/counters/x/call-next", None, 422),
        ("/counters/1/complete", None, 409),
        ("/counters/1/transfer", {}, 422),
        ("/counters/1/break", {"minutes": 9999}, 422),
        ("/tickets/1/void", {"reason": "went home"}, 422),
        (f"/tickets/{VISIT}/void", {"reason": "went home"}, 404),
        ("/services/NO-1/suspend", {}, 404),
        ("/services/%00/suspend", {}, 422),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    bench: CentreBench, path: str, body: Any, status: int
) -> None:
    found = bench.ask("POST", path, body, token=bench.token())
    assert found.status_code == status, found.text
    assert set(found.json()) == {"code", "reason", "text"}
    assert bench.kinds() == ["access.granted"]


@pytest.mark.parametrize("key", ["", " ", "x" * 65, "a b"])
def test_a_post_without_a_proper_key_changes_nothing(bench: CentreBench, key: str) -> None:
    headers = {} if key == "" else {"idempotency_key": key}
    found = bench.ask(
        "POST", "/tickets", BODIES["/tickets"], token=bench.token(), key="", **headers
    )
    assert (found.status_code, found.json()["reason"]) == (400, "no-key")


def test_a_token_of_one_counter_acts_at_no_other(bench: CentreBench) -> None:
    bench.issue()
    token = bench.token("agent", "A1", counter=2)
    found = bench.ask("POST", "/counters/1/call-next", token=token)
    assert (found.status_code, found.json()["reason"]) == (403, "other-counter")
    assert bench.ask("POST", "/counters/2/call-next", token=token).status_code == 200


def test_a_token_ends_and_is_revoked(bench: CentreBench) -> None:
    token = bench.token("agent", "A1")
    with pytest.raises(QueueFault, match="has a token already"):
        bench.token("agent", "A1")
    assert bench.ask("GET", "/queue", token=token).status_code == 200
    assert revoke_token(bench.database, "A1")
    assert not revoke_token(bench.database, "A1")
    assert bench.ask("GET", "/queue", token=token).status_code == 401
    other = bench.token("agent", "A1")
    bench.pass_time(minutes=91 * 24 * 60)
    assert bench.ask("GET", "/queue", token=other).status_code == 401
    assert token.encode() not in (bench.store.path).read_bytes()


def test_wrong_tokens_are_stopped_for_a_minute_and_right_ones_are_not(bench: CentreBench) -> None:
    token = bench.token()
    statuses = [
        bench.ask("GET", "/queue", token=f"guess-{n}").status_code for n in range(WRONG_MAX + 5)
    ]
    assert statuses == [401] * WRONG_MAX + [429] * 5
    assert bench.ask("GET", "/queue", token=token).status_code == 200, "a colleague's right one"
    assert bench.ask("GET", "/queue", token="guess").status_code == 429
    bench.pass_time(minutes=1)
    assert bench.ask("GET", "/queue", token="guess").status_code == 401


def test_a_cookie_counts_as_a_token_but_does_not_post_by_itself(bench: CentreBench) -> None:
    token = bench.token()
    cookie = {"cookie": f"huduma_session={token}"}
    assert bench.ask("GET", "/queue", **cookie).status_code == 200
    assert bench.ask("POST", "/day/close", key="", **cookie).status_code == 400


def test_the_events_go_on_where_a_client_was_and_old_calls_are_marked(bench: CentreBench) -> None:
    bench.issue()
    at = bench.journal.last_seq()
    bench.authority.counters.call(1)
    bench.pass_time(minutes=3)
    bench.authority.counters.recall(1)
    now_ms = milliseconds(bench.clock.now())
    frames = [data.decode() for _, data in events_after(bench.journal, at, now_ms)]
    told = [
        (f.split("event: ")[1].split("\n")[0], json.loads(f.split("data: ")[1])) for f in frames
    ]
    assert [(name, data["old"], data["number"]) for name, data in told] == [
        ("called", True, "A101"),
        ("recalled", False, "A101"),
    ]
    assert frames[0].startswith(f"id: {at + 1}\n")
    assert list(events_after(bench.journal, bench.journal.last_seq(), now_ms)) == []


def test_the_hall_sees_no_visit_and_no_staff(bench: CentreBench) -> None:
    ticket = bench.issue()
    bench.authority.counters.call(1, who="A1")
    bench.authority.tickets.withdraw(ticket.visit, "went home with a fever")
    frames = b"".join(
        data
        for _, data in events_after(bench.journal, 0, milliseconds(bench.clock.now()), hall=True)
    )
    shown = frames.decode() + bench.ask("GET", "/display").text
    assert "A101" in shown
    assert not any(word in shown for word in (str(ticket.visit), 'A1"', "fever", "kiosk-1"))


def test_the_stream_begins_with_reset_after_a_gap(bench: CentreBench) -> None:
    assert GAP_MAX < 1_000
    for after in ("-1", "x", "9" * 20):
        assert bench.ask("GET", f"/display/events?after={after}").status_code == 422


def test_the_queue_is_shown_in_the_order_of_calls(bench: CentreBench) -> None:
    for _ in range(3):
        bench.issue("NRB-02")
    bench.issue("NRB-02", "elderly")
    bench.issue("KRA-01")
    bench.authority.day.suspend("KRA-01", "down")
    bench.pass_time(minutes=40)
    found = bench.ask("GET", "/queue", token=bench.token()).json()
    assert [each["number"] for each in found["waiting"]] == ["A104", "A101", "A102", "A103", "C101"]
    assert [each["place"] for each in found["waiting"]] == [1, 2, 3, 4, 5]
    assert {each["late"] for each in found["waiting"]} == {"amber"}
    assert [each["suspended"] for each in found["waiting"]] == [False] * 4 + [True]
    shown = bench.ask("GET", "/display").json()
    assert shown["next"] == ["A104", "A101", "A102", "A103"]


def test_the_document_describes_every_route_and_only_those(bench: CentreBench) -> None:
    found = bench.ask("GET", "/openapi.json").json()
    assert found == json.loads(json.dumps(document("HC-001")))
    told = {(method.upper(), path) for path, each in found["paths"].items() for method in each}
    streams = {("GET", "/events"), ("GET", "/display/events")}
    assert told == {(route.method, route.path) for route in ROUTES} | streams
    for path, each in found["paths"].items():
        for method, operation in each.items():
            names = {p["name"] for p in operation["parameters"]}
            assert ("Idempotency-Key" in names) is (method == "post"), path
    assert r"\A" not in json.dumps(found)


def test_figures_come_as_json_and_as_a_table(bench: CentreBench) -> None:
    bench.issue()
    bench.pass_time(minutes=10)
    counters = bench.authority.counters
    counters.call(1, who="A1")
    counters.start(1)
    bench.pass_time(minutes=6)
    counters.complete(1)
    token = bench.token()
    found = bench.ask("GET", "/figures", token=token).json()
    assert found["all"]["wait_p90_s"] == 600
    assert found["all"]["service_p50_s"] == 360
    assert [row["key"] for row in found["staff"]] == ["A1"]
    lines = bench.ask("GET", "/figures?format=csv", token=token).text.splitlines()
    assert lines[0].startswith("day,by,key,calls")
    assert [line.split(",")[1] for line in lines[1:]] == [
        "all",
        "service",
        "counter",
        "hour",
        "staff",
    ]
    assert bench.ask("GET", "/figures?format=xml", token=token).status_code == 422
    for day in ("yesterday", "2000-00-00", "2026-02-30", "2026-13-01"):
        assert bench.ask("GET", f"/figures?day={day}", token=token).status_code == 422


def test_a_centre_without_http_loads_no_web_library() -> None:
    code = (
        "import sys, kiosk.cli.centre, kiosk.centre.service.server, kiosk.node.centre_composition,"
        " kiosk.node.database;"
        "names = {'starlette', 'uvicorn', 'asyncio', 'jinja2', 'kiosk.visit', 'kiosk.filling',"
        " 'content.xforms', 'peripherals'};"
        "print(sorted(names & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
