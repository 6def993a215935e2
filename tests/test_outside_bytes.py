"""Parsers of bytes from outside raise their own errors only, whatever comes."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.faults import PackRefused
from content.pack.manifest import Manifest
from kiosk.queue.signed_code import _signed, _text, read_ticket
from peripherals.connection.url import BadDeviceUrl, read_url
from peripherals.printing.document import Document, DocumentFault
from provisioning.cbor import NotCanonical, decode, encode
from provisioning.identity import cose_sign1
from provisioning.identity.certificates import REGISTRY_TYPE, IdentityFault, Registry

ROUNDS = 6_700
ROOT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = ROOT.public_key()
KNOWN = {"escpos+serial": ("baud", "profile"), "escpos+tcp": ()}
MANIFEST = (
    b'{"files":{},"format":1,"id":"x","languages":["en"],"valid_from":"2026-01-01T00:00:00+00:00",'
    b'"version":1}'
)
ODD = ["\u00b9", "\u0663", "[", "]", "1e400", "9" * 40, "\x00", "\u2100", "\ud7ff", "(" * 300, "'"]


def signed_registry(issued: object) -> bytes:
    fields = {"v": 1, "number": 1, "issued": issued, "nodes": [], "agencies": {}, "revoked": []}
    return cose_sign1.sign1(ROOT, encode(fields), REGISTRY_TYPE)


@pytest.mark.parametrize("url", ["escpos+tcp://[", "escpos+tcp://a\u2100b/", "escpos+tcp://[::1"])
def test_an_address_that_cannot_be_split_is_a_bad_url(url):
    with pytest.raises(BadDeviceUrl):
        read_url(url, KNOWN)


@pytest.mark.parametrize("word", ["\u00b9", "\u0663", "9" * 5_000])
def test_digits_that_are_none_are_a_bad_number(word):
    with pytest.raises(BadDeviceUrl):
        read_url(f"escpos+serial:///dev/x?baud={word}", KNOWN).number("baud", 1, 1, 9)


@pytest.mark.parametrize("head", [b"\xff" * 6, b"\xe7" + bytes(5), b"\x7f" + b"\xff" * 5])
def test_a_code_of_a_year_after_9999_is_none_of_ours(head):
    signature = ROOT.sign(_signed("HC-001", date(2026, 11, 30), "A101", head))
    assert read_ticket(PUBLIC, "HC-001", f"HK1.A101.{_text(head)}.{_text(signature)}") is None


@pytest.mark.parametrize("raw", [b"\x81\xa5label\xa1\xff", b"\x91" * 90_000, b"\xa1\xff"])
def test_a_document_that_cannot_be_read_is_a_fault(raw):
    with pytest.raises(DocumentFault):
        Document.from_bytes(raw)


@pytest.mark.parametrize("raw", [b"\xa1" * 16 + bytes(17), b"\xa1\x41a\x00", b"\xa1\xf5\x00"])
def test_a_key_of_a_map_is_a_number_or_a_text(raw):
    with pytest.raises(NotCanonical):
        decode(raw, integer_keys=True)
    assert decode(b"\xa1\x01\x00", integer_keys=True) == {1: 0}


@pytest.mark.parametrize("version", [b"1e400", b"-1e400", b"NaN"])
def test_a_number_without_bounds_in_a_manifest_is_refused(version):
    with pytest.raises(PackRefused):
        Manifest.decode(MANIFEST.replace(b'"version":1', b'"version":' + version))


@pytest.mark.parametrize("issued", [2**62, -(2**62), 1e300])
def test_a_registry_of_no_moment_is_refused(issued):
    with pytest.raises(IdentityFault):
        Registry.decode(signed_registry(issued), PUBLIC.public_bytes_raw())
