"""One pack for all tests of content: built once, signed by a fixed key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.authoring.build import build_default
from content.catalogue.catalogue import Catalogue

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ROOT = SIGNER.public_key().public_bytes_raw()
MADE = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def signer() -> Ed25519PrivateKey:
    return SIGNER


@pytest.fixture(scope="session")
def root() -> bytes:
    return ROOT


@pytest.fixture(scope="session")
def made() -> datetime:
    return MADE


@pytest.fixture(scope="session")
def pack(tmp_path_factory) -> Path:
    """The default pack; tests that alter it work on a copy."""
    target = tmp_path_factory.mktemp("content") / "pack"
    build_default(target, SIGNER, MADE)
    return target


@pytest.fixture(scope="session")
def catalogue(pack) -> Catalogue:
    return Catalogue.open(pack, ROOT, strict=True)
