"""One demo site laid out once; every test gets a copy of it, and people to send to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.cli.main import main
from kiosk.node.composition import KioskParts, kiosk_of
from kiosk.ui_protocol.view import Activated, Edited, View
from provisioning.clock import VirtualClock
from provisioning.node.site import Node, Site


@pytest.fixture(scope="session")
def site_template(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "site"
    assert main(["provision", "demo", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def catalogue(site_template: Path) -> Catalogue:
    site = Site.open(site_template)
    return Catalogue.open(site.dir / "pack", site.root_public, strict=True)


@pytest.fixture
def site(site_template: Path, tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    shutil.copytree(site_template, folder, ignore=shutil.ignore_patterns("pack"))
    (folder / "pack").symlink_to(site_template / "pack")
    return Site.open(folder)


class Visitor:
    """A person at a kiosk whose core runs in this process, in virtual time."""

    def __init__(self, kiosk: KioskParts, clock: VirtualClock, node: Node) -> None:
        self.kiosk = kiosk
        self.clock = clock
        self.node = node

    @property
    def view(self) -> View:
        return self.kiosk.controller.view

    @property
    def state(self) -> str:
        return self.view.state

    def tap(self, *names: str) -> Visitor:
        for name in names:
            assert name in self.ids(), f"{name} is not on {self.state}: {self.ids()}"
            self.kiosk.controller.send(Activated(self.view.number, name))
        return self

    def type(self, text: str, name: str = "") -> Visitor:
        names = [each.id for each in self.view.elements if each.role in {"field", "pad"}]
        self.kiosk.controller.send(Edited(self.view.number, name or names[0], text))
        return self

    def date(self, day: int, month: int, year: int) -> Visitor:
        for part, value in (("day", day), ("month", month), ("year", year)):
            self.type(str(value), f"wheel.{part}")
        return self

    def wait(self, seconds: float) -> Visitor:
        self.clock.advance(seconds=seconds)
        self.kiosk.controller.tick()
        return self

    def ids(self) -> list[str]:
        return [each.id for each in self.view.elements if each.enabled]

    def words(self) -> str:
        blocks = [f"{b.label} {b.text} {b.value}" for b in self.view.blocks]
        rows = [f"{e.label} {e.value} {e.error}" for e in self.view.elements]
        return "\n".join([self.view.title, self.view.subtitle, *blocks, *rows])

    def number(self) -> str:
        return next(b.value for b in self.view.blocks if b.kind == "number")


@pytest.fixture
def visitor(site: Site, catalogue: Catalogue) -> Iterator[Visitor]:
    """At the van: its core asks its own authority, so no socket is needed."""
    clock = VirtualClock()
    node = site.node("van-1")
    kiosk = kiosk_of(site, node, clock, catalogue=catalogue)
    yield Visitor(kiosk, clock, node)
    kiosk.bell.close()
    kiosk.database.store.close()
