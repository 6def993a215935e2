"""HTTPS without anybody outside: the same authority at every start, a certificate that verifies."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from kiosk.centre.web.web_certificates import WebAuthority, names_of
from provisioning.ids import SeededIds

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def test_the_authority_follows_from_the_nodes_key() -> None:
    one, again = WebAuthority.of(KEY, "HC-001"), WebAuthority.of(KEY, "HC-001")
    other = WebAuthority.of(Ed25519PrivateKey.from_private_bytes(bytes(32)), "HC-001")
    assert one.pem() == again.pem()
    assert one.fingerprint() == again.fingerprint() != other.fingerprint()


def test_a_browser_that_installed_it_believes_the_server(tmp_path: Path) -> None:
    authority = WebAuthority.of(KEY, "HC-001")
    path = authority.write_server(tmp_path, ["10.1.2.3", "centre.local"], NOW, SeededIds())
    ssl.create_default_context().load_cert_chain(path)
    server = x509.load_pem_x509_certificates(path.read_bytes())[0]
    policy = PolicyBuilder().store(Store([authority.certificate])).time(NOW + timedelta(days=300))
    for subject in (
        x509.IPAddress(ipaddress.ip_address("10.1.2.3")),
        x509.DNSName("centre.local"),
    ):
        policy.build_server_verifier(subject).verify(server, [])
    stranger = policy.build_server_verifier(x509.DNSName("elsewhere.local"))
    with pytest.raises(VerificationError):
        stranger.verify(server, [])
    assert path.stat().st_mode & 0o077 == 0
    assert server.not_valid_after_utc - server.not_valid_before_utc < timedelta(days=398)


def test_a_clock_in_1970_still_makes_a_certificate(tmp_path: Path) -> None:
    early = datetime(1970, 1, 1, tzinfo=UTC)
    path = WebAuthority.of(KEY, "HC-001").write_server(tmp_path, ["a"], early, SeededIds())
    assert x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_before_utc.year == 2024


def test_names_are_those_given_the_address_and_the_machines() -> None:
    assert names_of("10.1.2.3", ["board"])[:2] == ["board", "10.1.2.3"]
    assert "0.0.0.0" not in names_of("0.0.0.0")
    assert names_of("0.0.0.0")[-1].endswith(".local")
