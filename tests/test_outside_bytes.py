"""Parsers of bytes from outside raise their own errors only, whatever comes."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.faults import PackRefused
from content.pack.manifest import Manifest
from content.xforms.xpath.parser import parse
from kiosk.case_reference import read_reference
from kiosk.queue.signed_code import _signed, _text, read_ticket, ticket_payload
from kiosk.ui_protocol.ipc import UnreadableFrame, read_event
from peripherals.connection.url import BadDeviceUrl, read_url
from peripherals.devices.mrz import parse as parse_mrz
from peripherals.printing.document import Document, DocumentFault, TextLine
from provisioning.cbor import encode
from provisioning.faults import Fault
from provisioning.identity import cose_sign1
from provisioning.identity.certificates import REGISTRY_TYPE, IdentityFault, Registry
from provisioning.ids import SeededIds

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


@pytest.mark.parametrize("version", [b"1e400", b"-1e400", b"NaN"])
def test_a_number_without_bounds_in_a_manifest_is_refused(version):
    with pytest.raises(PackRefused):
        Manifest.decode(MANIFEST.replace(b'"version":1', b'"version":' + version))


@pytest.mark.parametrize("issued", [2**62, -(2**62), 1e300])
def test_a_registry_of_no_moment_is_refused(issued):
    with pytest.raises(IdentityFault):
        Registry.decode(signed_registry(issued), PUBLIC.public_bytes_raw())


def altered(seed: random.Random, text: str) -> str:
    for _ in range(seed.choice((1, 1, 2, 4))):
        at = seed.randrange(len(text) + 1)
        kind = seed.randrange(4)
        if kind == 0:
            text = text[:at] + seed.choice(ODD) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + seed.choice((1, 2, 5)) :]
        elif kind == 2:
            text = text[:at] + chr(seed.randrange(1, 0xD7FF)) + text[at:]
        else:
            text = text[:at] + text[at // 2 :]
    return text


def flipped(seed: random.Random, raw: bytes) -> bytes:
    found = bytearray(raw)
    for _ in range(seed.choice((1, 1, 2, 8))):
        at = seed.randrange(len(found))
        if seed.randrange(3):
            found[at] = seed.randrange(256)
        else:
            found[at:at] = bytes([seed.choice((0x91, 0x81, 0xFF, 0x5B))]) * seed.choice((1, 8, 300))
    return bytes(found)


def targets() -> dict[str, Callable[[random.Random], object]]:
    visit = SeededIds(1).uuid7()
    code = ticket_payload(ROOT, "HC-001", datetime.now(UTC).date(), "A101", visit)
    document = Document((TextLine("x"),), "en", "A101").to_bytes()
    path = "/data/a + 1 > count(/data/b[position() = 2]/c)"
    url = "escpos+serial:///dev/ttyUSB0?baud=9600&profile=tm-t20"
    card = "IDKEN1234567897<<<<<<<<<<<<<<<\n9001012F3001018KEN12345678<<<<4\nOTIENO<<AMINA<<"
    registry, public = signed_registry(1_790_000_000), PUBLIC.public_bytes_raw()
    return {
        "url": lambda r: read_url(altered(r, url), KNOWN).number("baud", 1, 1, 10**6),
        "code": lambda r: read_ticket(PUBLIC, "HC-001", altered(r, code)),
        "document": lambda r: Document.from_bytes(flipped(r, document)),
        "manifest": lambda r: Manifest.decode(altered(r, MANIFEST.decode()).encode()),
        "registry": lambda r: Registry.decode(
            signed_registry(r.choice((r.randrange(-(2**63), 2**63), "x", None, 1e300)))
            if r.randrange(2)
            else flipped(r, registry),
            public,
        ),
        "xpath": lambda r: parse(altered(r, path)),
        "reference": lambda r: read_reference(altered(r, "NRB-7K3MQ2-29")),
        "mrz": lambda r: parse_mrz(altered(r, card), date(2026, 11, 30)),
        "event": lambda r: read_event(flipped(r, b"\x93\xa9Activated\x03\xa5start")),
    }


@pytest.mark.prove
@pytest.mark.parametrize("name", sorted(targets()))
def test_parsers_of_outside_bytes_raise_only_their_own_errors(name):
    seed, target = random.Random(name), targets()[name]

    for _ in range(ROUNDS):
        with suppress(Fault, UnreadableFrame):
            target(seed)
