"""Fixtures every test may use: a virtual clock, seeded ids, an empty store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.journal.journal import JOURNAL_TABLES
from sync.store.database import Store


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def ids() -> SeededIds:
    return SeededIds()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "huduma.db", [JOURNAL_TABLES])
    yield opened
    opened.close()
