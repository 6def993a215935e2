"""Identity: only what the root signed is believed, whatever arrives in its place."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from provisioning.identity import cose_sign1
from provisioning.identity.certificates import (
    CERTIFICATE_TYPE,
    REGISTRY_TYPE,
    IdentityFault,
    Registry,
    issue,
    read_certificate,
    sign_registry,
)
from provisioning.identity.keys import signing_key

ROOT = signing_key(bytes(range(32)))
ROOT_PUBLIC = ROOT.public_key().public_bytes_raw()


def test_a_registry_names_every_node_and_agency(site):
    registry = Registry.load(site.dir / "registry.cbor", site.root_public)
    assert set(registry.nodes) == {"national", "centre", "kiosk-1", "kiosk-2", "van-1"}
    assert set(registry.agencies()) == {"NRB", "KRA", "DIS"}
    for node in site.nodes():
        certificate = registry.node(node.name)
        assert certificate.role == node.role
        assert certificate.signing == node.keys.signing_public
        assert registry.by_curve(node.keys.curve_public) == certificate
    assert registry.agency("NRB").key == site.agency_key("NRB").public
    assert registry.agency("NRB").kid == site.agency_key("NRB").kid
    assert registry.by_curve(bytes(32)) is None
    with pytest.raises(IdentityFault, match="knows no node kiosk-9"):
        registry.node("kiosk-9")
    with pytest.raises(IdentityFault, match="no key of agency XYZ"):
        registry.agency("XYZ")


def test_what_the_root_signed_verifies_by_the_text_of_rfc_9052_alone(site):
    # Section 4.4, byte by byte and without our code: a reader written from the RFC accepts it.
    # (The `cwt` library cannot share an environment with cbor2 6.)
    encoded = (site.dir / "registry.cbor").read_bytes()
    assert encoded[:2] == bytes([0xD2, 0x84])  # tag 18, array of 4
    protected, unprotected, payload, signature = cbor2.loads(encoded).value
    assert cbor2.loads(protected) == {1: -8, 3: REGISTRY_TYPE}
    assert unprotected == {}
    assert len(protected) < 256
    assert 65_536 > len(payload) > 255
    to_be_signed = (
        bytes([0x84, 0x6A])
        + b"Signature1"
        + bytes([0x58, len(protected)])
        + protected
        + bytes([0x40, 0x59])
        + len(payload).to_bytes(2, "big")
        + payload
    )
    Ed25519PublicKey.from_public_bytes(site.root_public).verify(signature, to_be_signed)


def test_no_altered_or_cut_registry_is_believed(site):
    good = (site.dir / "registry.cbor").read_bytes()
    for place in [*range(120), *range(120, len(good), 97), *range(len(good) - 70, len(good))]:
        for bad in (
            good[:place] + bytes([good[place] ^ 0x01]) + good[place + 1 :],
            good[:place] + bytes([good[place] ^ 0x80]) + good[place + 1 :],
            good[:place],
        ):
            with pytest.raises(IdentityFault):
                Registry.decode(bad, site.root_public)


def test_another_root_is_not_believed(site):
    with pytest.raises(IdentityFault, match="not signed by this site's root key"):
        Registry.load(site.dir / "registry.cbor", ROOT_PUBLIC)
    with pytest.raises(IdentityFault, match="root key is damaged"):
        Registry.load(site.dir / "registry.cbor", b"short")
    with pytest.raises(IdentityFault, match="cannot be read"):
        Registry.load(site.dir / "none.cbor", ROOT_PUBLIC)


def test_one_kind_of_structure_never_passes_for_another(site):
    certificate = issue(ROOT, site.node("van-1").certificate)
    with pytest.raises(IdentityFault):
        Registry.decode(certificate, ROOT_PUBLIC)
    payload = cose_sign1.verify1(ROOT.public_key(), certificate, CERTIFICATE_TYPE)
    with pytest.raises(IdentityFault):
        read_certificate(ROOT.public_key(), cose_sign1.sign1(ROOT, payload, REGISTRY_TYPE))


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff", cbor2.dumps([1]), cbor2.dumps({"v": 2}), cbor2.dumps({"v": 1})],
)
def test_a_signed_structure_with_missing_parts_is_a_fault_not_a_crash(payload):
    with pytest.raises(IdentityFault):
        Registry.decode(cose_sign1.sign1(ROOT, payload, REGISTRY_TYPE), ROOT_PUBLIC)
    with pytest.raises(IdentityFault):
        read_certificate(ROOT.public_key(), cose_sign1.sign1(ROOT, payload, CERTIFICATE_TYPE))


def test_a_revoked_node_is_a_stranger(site, clock):
    certificate = site.node("van-1").certificate
    registry = Registry.decode(
        sign_registry(
            ROOT,
            number=2,
            issued=clock.now(),
            certificates=[issue(ROOT, certificate)],
            agencies={},
            revoked=[certificate.serial],
        ),
        ROOT_PUBLIC,
    )
    assert registry.by_curve(certificate.curve) is None
    with pytest.raises(IdentityFault, match="revoked"):
        registry.node("van-1")


def test_a_certificate_holds_from_a_day_before_it_was_made(site, clock):
    certificate = site.node("kiosk-1").certificate
    assert certificate.valid_at(clock.now() - timedelta(hours=23))
    assert not certificate.valid_at(clock.now() - timedelta(hours=25))
    assert not certificate.valid_at(clock.now() + timedelta(days=826))


def test_a_certificate_goes_there_and_back_and_its_bytes_are_always_the_same(site):
    certificate = site.node("kiosk-2").certificate
    encoded = issue(ROOT, certificate)
    assert read_certificate(ROOT.public_key(), encoded) == certificate
    assert issue(ROOT, dataclasses.replace(certificate)) == encoded


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('site = "HC-001"', 'site = "HC-002"'),
        ("county = 47", "county = 15"),
        ("unit = 1", "unit = 2"),
    ],
)
def test_settings_that_claim_more_than_the_certificate_says_are_refused(site, old, new):
    path = site.dir / "kiosk-1" / "device.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(IdentityFault, match="the certificate says"):
        _ = site.node("kiosk-1").certificate


def test_another_nodes_keys_do_not_make_its_certificate_ours(site):
    for name in ("signing", "curve"):
        stolen = site.dir / "kiosk-2" / "keys" / f"{name}.key"
        stolen.replace(site.dir / "kiosk-1" / "keys" / f"{name}.key")
    with pytest.raises(IdentityFault, match="enrol it again"):
        _ = site.node("kiosk-1").certificate


def test_an_old_certificate_names_no_unit_and_any_is_taken(site):
    certificate = dataclasses.replace(site.node("kiosk-1").certificate, unit=None)
    root = site.root_key()
    encoded = issue(root, certificate)
    assert b"dunit" not in encoded
    assert read_certificate(root.public_key(), encoded).unit is None
    registry = sign_registry(
        root, number=2, issued=certificate.not_before, certificates=[encoded], agencies={}
    )
    (site.dir / "kiosk-1" / "keys" / "registry.cbor").write_bytes(registry)
    path = site.dir / "kiosk-1" / "device.toml"
    path.write_text(path.read_text().replace("unit = 1", "unit = 9"))
    assert site.node("kiosk-1").certificate.unit is None
