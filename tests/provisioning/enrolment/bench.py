"""A workbench and its devices for the tests of enrolment: real files, seeded keys, a given time."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provisioning.enrolment.device_enrolment import accept, make_request
from provisioning.enrolment.workbench import Workbench
from provisioning.enrolment.workbench_layout import PlannedPlace, SiteAddresses, lay_out_site
from provisioning.ids import SeededIds
from provisioning.node.site import Node, Site

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KITUI = PlannedPlace("HC-020", "Huduma Centre Kitui", 15, 2)
ADDRESSES = SiteAddresses("national.example", "centre.example", 7700)


class Bench:
    """A laid-out site and the devices its cards were copied onto."""

    def __init__(self, folder: Path, place: PlannedPlace = KITUI, seed: int = 1) -> None:
        self.folder = folder
        self.ids = SeededIds(seed)
        lay_out_site(folder / "bench", place, ADDRESSES, ["NRB", "KRA"], self.ids, NOW)

    @property
    def workbench(self) -> Workbench:
        return Workbench(Site.open(self.folder / "bench"))

    def device(self, name: str) -> Node:
        """The device `name`, its card copied onto it when it is looked at first."""
        target = self.folder / "devices" / name
        if not target.exists():
            shutil.copytree(self.folder / "bench" / "cards" / name, target)
        return Site.open(target).node(name)

    def enrol(self, name: str, at: datetime = NOW) -> Node:
        """The device `name`, asked, approved and accepted."""
        device = self.device(name)
        request = make_request(device, self.ids, at)
        accept(device, self.workbench.approve(request, request.letters, self.ids, at), at)
        self.workbench.handed(request)
        return self.device(name)
