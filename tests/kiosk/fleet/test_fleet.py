"""The fleet as the national operator sees it: who is silent, what is missing, in both languages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from kiosk.fleet.fleet_page import WORDS, metrics, page
from kiosk.fleet.fleet_report import FleetReport, fleet_report
from kiosk.fleet.fleet_server import fleet_app
from provisioning.ids import SeededIds
from sync.national.sqlite_store import EmbeddedStore
from tests.sync.courier.conftest import Couriers, couriers, laid_out  # noqa: F401 - fixtures


@pytest.fixture
def look(couriers: Couriers) -> Iterator[Callable[[], FleetReport]]:  # noqa: F811
    """The van was heard today; nothing was ever heard of anybody else."""
    couriers.happen("van-1", 3)
    couriers.export("van-1", couriers.stick())
    couriers.bring("national", couriers.stick())
    path = couriers.node("national").db_path
    with closing(EmbeddedStore.open(path, SeededIds(1))) as store:
        registry = couriers.site.registry
        yield lambda: fleet_report(
            store, registry, store.answers(registry.answer_signer), couriers.clock.now()
        )


def test_who_is_silent_and_who_is_not(
    look: Callable[[], FleetReport],
    couriers: Couriers,  # noqa: F811
) -> None:
    report = look()
    van = report.nodes["van-1"]
    assert (van.entries, van.segments, van.aside, van.gaps) == (3, 3, 0, 0)
    assert not van.silent(report.at)
    assert van.lag is not None
    assert van.lag < timedelta(minutes=1)
    assert "national" not in report.nodes
    assert [each.name for each in report.ordered][-1] == "van-1", "the silent ones come first"
    assert all(each.silent(report.at) for each in report.ordered[:-1])
    couriers.clock.advance(seconds=2 * 86_400)
    assert look().nodes["van-1"].silent(couriers.clock.now())


@pytest.mark.parametrize("language", ["en", "sw"])
def test_the_page_names_everybody_and_escapes_what_nodes_say(
    look: Callable[[], FleetReport], language: str
) -> None:
    report = look()
    report.nodes["van-1"].site = "<script>alert(1)</script>"
    html = page(report, language)
    assert f'<html lang="{language}">' in html
    assert WORDS[language]["title"] in html
    assert all(name in html for name in report.nodes)
    assert "<script" not in html
    assert WORDS["en"].keys() == WORDS["sw"].keys()


def test_the_figures_are_openmetrics(look: Callable[[], FleetReport]) -> None:
    report = look()
    report.nodes["van-1"].site = 'a"b\\c\nd'
    text = metrics(report)
    assert text.endswith("# EOF\n")
    line = re.compile(r'huduma_[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? -?[0-9.e+]+')
    for each in text.splitlines():
        assert each.startswith("#") or line.fullmatch(each), each
    assert re.search(r'huduma_silent\{node="van-1".*\} 0', text)
    assert re.search(r'huduma_silent\{node="kiosk-1".*\} 1', text)


def test_both_are_served_and_nothing_else(look: Callable[[], FleetReport]) -> None:
    looks = []

    def counted() -> FleetReport:
        looks.append(1)
        return look()

    async def ask() -> None:
        transport = httpx.ASGITransport(fleet_app(counted, lambda: 0.0))
        async with httpx.AsyncClient(transport=transport, base_url="http://fleet") as client:
            assert "van-1" in (await client.get("/")).text
            headers = (await client.get("/?lang=sw")).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            told = await client.get("/metrics")
            assert told.headers["content-type"].startswith("application/openmetrics-text")
            assert (await client.get("/etc/passwd")).status_code == 404

    asyncio.run(ask())
    assert len(looks) == 1, "a crowd costs one look"
