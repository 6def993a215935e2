"""A laid-out site, made once and copied for each test that breaks something in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from provisioning.clock import VirtualClock
from provisioning.enrolment.site_layout import demo_plan, lay_out
from provisioning.ids import SeededIds
from provisioning.node.site import Site

AGENCIES = ["NRB", "KRA", "DIS"]
PORTS = [20001, 20002, 20003, 20004]


@pytest.fixture(scope="session")
def pristine(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("pristine") / "site"
    lay_out(target, demo_plan(AGENCIES, PORTS), SeededIds(7), VirtualClock().now())
    return target


@pytest.fixture
def site(pristine: Path, tmp_path: Path) -> Site:
    target = tmp_path / "site"
    shutil.copytree(pristine, target)
    return Site.open(target)
