"""Every parser of bytes from outside, for the fuzzer: its seeds, its own errors and how many inputs.

A parser is one function of bytes. Where a signature or a checksum stands before it, the function
signs or sums whatever the fuzzer made, as an enrolled node or a working device would; where only
canonical CBOR is looked at, what the fuzzer made is encoded canonically. Devices answer nothing but
events: whatever arrives, split anywhere, raises nothing at all.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.cbor import _NO_TAGS, NotCanonical, _refuse_tag, decode, encode
from provisioning.clock import VirtualClock
from provisioning.faults import INPUT_ERRORS, Fault
from provisioning.identity import cose_sign1
from provisioning.ids import SeededIds

Parse = Callable[[bytes], object]
ROOT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = ROOT.public_key()
TODAY = date(2026, 11, 30)
EPOCH = bytes(8)
VISIT = SeededIds(1).uuid7()
SOURCES = Path(__file__).resolve().parents[2] / "content/default"


@dataclass(frozen=True, slots=True)
class FuzzedParser:
    """`own`: what it may raise. `longest`: bytes of the longest input."""

    make: Callable[[], tuple[Parse, Iterable[bytes]]]
    inputs: int
    longest: int = 400
    own: tuple[type[BaseException], ...] = (Fault,)


PARSERS: dict[str, FuzzedParser] = {}


def parser(inputs: int, **more: Any) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Puts a function that gives (parse, seeds) into the table, under its own name."""

    def put(make: Callable[[], Any]) -> Callable[[], Any]:
        PARSERS[make.__name__] = FuzzedParser(make, inputs, **more)
        return make

    return put


def text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def canonical(octets: bytes) -> bytes:
    """The canonical encoding of the plain value in `octets`, however written; else `octets`."""
    try:
        return encode(
            cbor2.loads(octets, semantic_decoders=_NO_TAGS, tag_hook=_refuse_tag, max_depth=12)
        )
    except Exception:  # noqa: BLE001 - of another decoder, and only to make inputs
        return octets


def plain(octets: bytes) -> Any:
    """The plain value in `octets`, as a parser behind the decoder gets it."""
    return decode(canonical(octets))


def folder_of_its_own() -> Path:
    """Where TMPDIR says; who runs this removes it, because the fuzzer ends without its exits."""
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


# -- CBOR, signatures, batches


@parser(200_000, own=(NotCanonical,))
def cbor() -> tuple[Parse, Iterable[bytes]]:
    seeds = [{"a": [1, 2.5, None, True, b"x", "y"]}, [[[[1]]]], 1 << 70, -1, {"": {}}]
    return decode, [encode(each) for each in seeds]


@parser(20_000)
def certificate() -> tuple[Parse, Iterable[bytes]]:
    from provisioning.identity.certificates import CERTIFICATE_TYPE, read_certificate

    fields = {"v": 1, "serial": b"1", "name": "k", "role": "kiosk", "site": "HC-1", "county": 1}
    fields |= {"signing": bytes(32), "hpke": b"", "curve": bytes(32), "from": 0, "to": 1 << 31}

    def parse(octets: bytes) -> object:
        signed = cose_sign1.sign1(ROOT, canonical(octets), CERTIFICATE_TYPE)
        return read_certificate(PUBLIC, octets if octets[:1] == b"\xd2" else signed)

    return parse, [
        encode(fields),
        cose_sign1.sign1(ROOT, encode(fields), CERTIFICATE_TYPE),
    ]


@parser(15_000)
def registry() -> tuple[Parse, Iterable[bytes]]:
    from provisioning.identity.certificates import REGISTRY_TYPE, Registry

    public = PUBLIC.public_bytes_raw()
    fields = {"v": 1, "number": 1, "issued": 1, "nodes": [], "agencies": {"NRB": b"k"}}
    fields |= {"revoked": [b"1"]}

    def parse(octets: bytes) -> object:
        return Registry.decode(cose_sign1.sign1(ROOT, canonical(octets), REGISTRY_TYPE), public)

    return parse, [encode(fields)]


@parser(20_000)
def enrolment_text() -> tuple[Parse, Iterable[bytes]]:
    """The lines of a file or of QR codes, whatever they hold."""
    from provisioning.enrolment.text_parts import REQUEST, from_text, to_lines

    def parse(octets: bytes) -> object:
        return from_text(REQUEST, octets.decode("utf-8-sig", "replace"), "the stick")

    return parse, ["\n".join(to_lines(REQUEST, bytes(40))).encode(), b"HUDUMA1-REQ-01-99-A-B"]


@parser(20_000)
def enrolment_request() -> tuple[Parse, Iterable[bytes]]:
    """A request that is signed by the key in it."""
    from provisioning.enrolment.enrolment_request import REQUEST_TYPE, read_request

    fields = {"v": 1, "name": "k", "role": "kiosk", "site": "HC-1", "county": 1, "unit": 1}
    fields |= {"signing": PUBLIC.public_bytes_raw(), "hpke": bytes(1216), "curve": bytes(32)}
    fields |= {"made": 1, "nonce": bytes(16), "root": bytes(8), "registry": 1, "renews": b"1"}

    def parse(octets: bytes) -> object:
        if octets[:1] == b"\xd2":
            return read_request(octets)
        return read_request(cose_sign1.sign1(ROOT, canonical(octets), REQUEST_TYPE))

    return parse, [encode(fields), cose_sign1.sign1(ROOT, encode(fields), REQUEST_TYPE)]


@parser(20_000)
def enrolment_answer() -> tuple[Parse, Iterable[bytes]]:
    """An answer of the workbench and the registry that is put together from it."""
    from provisioning.enrolment.enrolment_answer import ANSWER_TYPE, read_answer
    from provisioning.identity.certificates import sign_registry
    from provisioning.identity.registry_change import apply, change
    from provisioning.time_judge import EPOCH as BEGAN

    public = PUBLIC.public_bytes_raw()
    old, new = (
        sign_registry(ROOT, number=at, issued=BEGAN, certificates=(), agencies={"NRB": b"k"})
        for at in (1, 2)
    )
    fields = {"v": 1, "request": bytes(16), "name": "k", "made": 1, "until": 2}
    fields |= {"registry": change(old, new)}

    def parse(octets: bytes) -> object:
        signed = cose_sign1.sign1(ROOT, canonical(octets), ANSWER_TYPE)
        return apply(old, read_answer(public, signed).registry)

    return parse, [encode(fields)]


@parser(20_000)
def stick_list() -> tuple[Parse, Iterable[bytes]]:
    """A manifest and a receipt that an enrolled node signed."""
    from sync.courier import signed_lists

    rows = [["kiosk-1", EPOCH, 1, bytes(16), 0]]
    fields = {"v": 1, "by": "kiosk-1", "made": 1, "streams": rows}

    def parse(octets: bytes) -> object:
        body = canonical(octets)
        manifest = cose_sign1.sign1(ROOT, body, signed_lists.MANIFEST_TYPE)
        receipt = cose_sign1.sign1(ROOT, body, signed_lists.RECEIPT_TYPE)
        signed_lists.read_manifest(manifest, lambda _: PUBLIC)
        return signed_lists.read_receipt(receipt, lambda _: PUBLIC)

    return parse, [encode(fields), encode(fields | {"streams": [["k", EPOCH, 1, bytes(8), 1]]})]


@parser(10_000)
def stick_answers() -> tuple[Parse, Iterable[bytes]]:
    """A file of an agency's lists on a stick, whatever is in it."""
    from sync.answers.answer_list import AnswerList, sign_list
    from sync.courier.carried_answers import lists_in

    told = AnswerList("NRB", 1, bytes(8), VirtualClock().now(), {5: 1})
    seeds = [encode([sign_list(ROOT, told)]), encode([])]
    return lambda octets: list(lists_in(canonical(octets))), seeds


@parser(80_000)
def frame() -> tuple[Parse, Iterable[bytes]]:
    from sync.batches.batch import Stream
    from sync.protocol import frames

    position = frames.StreamPosition(1, bytes(8), 0, 1)
    stream = Stream("kiosk-1", EPOCH)
    seeds = [
        frames.Hello(b"abcd", [frames.Offer(stream, 3, bytes(8))]),
        frames.Cursor(b"abcd", 1, EPOCH, [position]),
        frames.Chunk(b"abcd", 0, 1, 0, 9, b"x"),
        frames.Ack(b"abcd", 0, position, rewind=True),
        frames.Nack(b"abcd", 0, 1, 43),
        frames.Again(b"abcd"),
    ]
    return lambda octets: frames.from_bytes(canonical(octets)), map(frames.to_bytes, seeds)


@parser(20_000)
def receiving() -> tuple[Parse, Iterable[bytes]]:
    """Frames of an enrolled sender in a session."""
    from sync.batches.batch import GENESIS, Stream
    from sync.batches.chain import StreamProgress
    from sync.protocol import frames
    from sync.protocol.receiver import Receiver

    stream = Stream("kiosk-1", EPOCH)
    chunk = frames.Chunk(b"abcd", 0, 1, 0, 2, b"x")
    del GENESIS, StreamProgress

    def parse(octets: bytes) -> object:
        receiver = Receiver(EPOCH, lambda _peer, _node: True)
        receiver.receive("kiosk-1", frames.to_bytes(frames.Hello(b"abcd", [])))
        receiver.greet("kiosk-1", b"abcd", [_progress(stream)], set())
        receiver.receive("kiosk-1", canonical(octets))
        return receiver.receive("kiosk-1", canonical(octets))

    return parse, [frames.to_bytes(chunk), frames.to_bytes(frames.Hello(b"abcd", []))]


def _progress(stream: Any) -> Any:
    from sync.batches import chain

    return chain.StreamProgress(stream, 0, bytes(8), 0)


def _facts() -> list[Any]:
    from sync.batches.batch import Stream
    from tests.sync.world import facts

    plan = [
        ("ticket.issued", "national", {"number": 1, "series": "A"}),
        ("note", "site", {"x": 1}),
        ("form.submitted", "agency:NRB", {"sealed": b"x" * 40, "index": 0}),
    ]
    return list(facts(Stream("kiosk-1", EPOCH), plan))


@parser(40_000, longest=900)
def batch() -> tuple[Parse, Iterable[bytes]]:
    """A batch as it came, and its inside."""
    from sync.batches.batch import GENESIS, Stream, build, read_entries, read_envelope

    def parse(octets: bytes) -> object:
        return read_entries(read_envelope(canonical(octets)))

    return parse, [build(ROOT, Stream("kiosk-1", EPOCH), 1, GENESIS, GENESIS, _facts())]


@parser(40_000, longest=900)
def batch_inside() -> tuple[Parse, Iterable[bytes]]:
    """The parts of a batch that an enrolled node signed."""
    from sync.batches.batch import GENESIS, Stream, build, read_entries, read_envelope

    stream = Stream("kiosk-1", EPOCH)
    whole = read_envelope(build(ROOT, stream, 1, GENESIS, GENESIS, _facts()))

    def parse(octets: bytes) -> object:
        return read_entries(
            read_envelope(encode([whole.header, canonical(octets), whole.signature]))
        )

    return parse, [whole.parts]


@parser(60_000, longest=900, own=(Fault, cbor2.CBORError))
def columns() -> tuple[Parse, Iterable[bytes]]:
    from sync.batches.columns import Row, fold, unfold

    rows = [Row(f.seq, f.hlc, f.kind, f.subject.bytes, f.body) for f in _facts()]
    packed, blob = fold(rows)

    def parse(octets: bytes) -> object:
        match cbor2.loads(canonical(octets)):
            case [table, bytes(rest)]:
                return unfold(encode(table), rest)
        return None

    return parse, [encode([decode(packed), blob])]


@parser(60_000, longest=900)
def compressed() -> tuple[Parse, Iterable[bytes]]:
    from sync.compression import compressor

    seeds = [compressor().pack(b"abc" * 200), compressor().pack(b"xy")]
    return lambda octets: compressor().unpack(octets, 4_096), seeds


@parser(60_000)
def capsule() -> tuple[Parse, Iterable[bytes]]:
    from sync.sealing.cose_encrypt import encrypt, read_encrypt

    keys = {"content_key": bytes(32), "iv": bytes(12), "external": b"e"}
    seed = encrypt(b"x", **keys, kid=b"k" * 8, encapsulated=b"enc", wrapped=b"w")
    return lambda octets: read_encrypt(b"\xd8\x60" + canonical(octets[2:])), [seed]


@parser(15_000, own=(Fault, NotCanonical))
def sealed_record() -> tuple[Parse, Iterable[bytes]]:
    """The bodies of an enrolled node's records, opened by their agency."""
    from sync.sealing.opener import Opener
    from tests.sync.world import AGENCIES

    opener = Opener("NRB", AGENCIES["NRB"])
    bodies = [
        {"capsule": b"c" * 8, "agency": "NRB", "epoch": EPOCH, "day": "2026-11-30", "sealed": b"x"},
        {"capsule": b"c" * 8, "index": 0, "sealed": b"x"},
    ]

    def parse(octets: bytes) -> object:
        body = plain(octets)
        if not isinstance(body, dict):
            return None
        opener.add_capsule("kiosk-1", body) if "epoch" in body else None
        return opener.open("kiosk-1", VISIT, body)

    return parse, map(encode, bodies)


# -- what a screen, a kiosk and a centre tell one another


@parser(60_000)
def screen_event() -> tuple[Parse, Iterable[bytes]]:
    from kiosk.ui_protocol.ipc import UnreadableFrame, read_event

    def parse(octets: bytes) -> object:
        try:
            return read_event(octets)
        except UnreadableFrame:
            return None

    return parse, [b"\x93\xa9Activated\x03\xa5start"]


@parser(100_000)
def queue_message() -> tuple[Parse, Iterable[bytes]]:
    from kiosk.queue import protocol

    told = protocol.ReportedTicket(VISIT, "2026-11-30", "A", 1, "NRB-02", "normal", 9, 0)
    block = protocol.HeldBlock("2026-11-30", 1, 9)
    receipt = protocol.CaseReceipt("NRB-1", "NRB", 1)
    report = protocol.TicketReport(protocol.raw([told]), blocks=protocol.raw([block]))
    asks = [
        report,
        protocol.GrantRequest(VISIT, "NRB-02", "A", "normal", 9),
        protocol.LeaseRequest("2026-11-30", 50),
        protocol.GrantsRequest("2026-11-30"),
        protocol.Disown((VISIT,)),
        protocol.StaffCall(VISIT, "start"),
        protocol.CaseReport(protocol.raw([receipt])),
        protocol.CaseQuestion("NRB-1"),
        protocol.Granted(day="2026-11-30", series="A", number=1, ahead=0, wait=(1, 2)),
    ]

    def parse(octets: bytes) -> object:
        protocol.read_answer(octets)
        ask = protocol.read_ask(octets)
        for record in getattr(ask, "tickets", ()):
            protocol.read_ticket(record)
        for record in getattr(ask, "receipts", ()):
            protocol.read_receipt(record)
        for record in getattr(ask, "blocks", ()):
            protocol.read_block(record)
        return ask

    return parse, map(protocol.encode, asks)


@parser(6_000, own=())
def centre_port() -> tuple[Parse, Iterable[bytes]]:
    """Messages to a centre that keeps its line: each is answered, none ends it."""
    from kiosk.centre.authority import Authority
    from kiosk.centre.cases import CENTRE_CASE_TABLES
    from kiosk.centre.service.server import CentreService
    from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
    from kiosk.queue.priority import PriorityPolicy
    from kiosk.queue.skills import CentreCounters
    from sync.journal.journal import JOURNAL_TABLES, Journal
    from sync.journal.node_database import NodeDatabase
    from sync.store.database import Store

    store = Store.open(":memory:", [JOURNAL_TABLES, LINE_TABLES, CENTRE_CASE_TABLES])
    clock = VirtualClock()
    journal = Journal(store, "centre", clock, [WaitingLine()])
    database = NodeDatabase(store, journal, clock, SeededIds(7))
    authority = Authority(
        database, site="HC-001", policy=PriorityPolicy(), counters=CentreCounters(200)
    )
    service = CentreService(authority, database)
    _, seeds = queue_message()
    return lambda octets: service.reply("kiosk-1", octets), seeds


@parser(15_000)
def ticket_code() -> tuple[Parse, Iterable[bytes]]:
    from kiosk.queue.signed_code import _signed, _text, read_ticket, ticket_payload

    code = ticket_payload(ROOT, "HC-001", TODAY, "A101", VISIT)

    def parse(octets: bytes) -> object:
        read_ticket(PUBLIC, "HC-001", text(octets))
        head = octets[:6].ljust(6, b"\0")
        signature = ROOT.sign(_signed("HC-001", TODAY, "A101", head))
        return read_ticket(PUBLIC, "HC-001", f"HK1.A101.{_text(head)}.{_text(signature)}")

    return parse, [code.encode()]


@parser(25_000)
def references_and_codes() -> tuple[Parse, Iterable[bytes]]:
    """What people type or scan: references, saved-form codes, phone numbers, GS1, any text."""
    from content.i18n.kenyan_formats import NORMALISERS, normalise, shown
    from kiosk.adapters.drafts import read_code
    from kiosk.case_reference import read_reference
    from kiosk.filling.normalize import visible_text
    from peripherals.sms.pdu import kenyan_number

    def parse(octets: bytes) -> object:
        said = text(octets)
        for kind in NORMALISERS:
            shown(kind, normalise(kind, said))
        return read_code(said), read_reference(said), visible_text(said), kenyan_number(said)

    seeds = [
        "NRB-7K3MQ2-29",
        "7K3-MQ2-X9P-4T4",
        "0712 345 678",
        "]C1010123\x1d10ABC",
        "A001234567Z",
    ]
    return parse, [seed.encode() for seed in seeds]


@parser(20_000, own=INPUT_ERRORS)
def signature_strokes() -> tuple[Parse, Iterable[bytes]]:
    from kiosk.filling.signature import SignatureStrokes

    return lambda octets: SignatureStrokes.read(text(octets)), [b"[[[0.1,0.2],[0.3,0.4]]]"]


# -- devices


def dialogue(make: Callable[[], Any]) -> Parse:
    """The bytes arrive in two pieces at any place, with silence after them."""

    def parse(octets: bytes) -> object:
        protocol, now = make(), 1.0
        protocol.begin(now)
        protocol.outgoing()
        at = octets[0] * len(octets) // 255 if octets else 0
        for chunk in (octets[1:at], octets[at:]):
            protocol.received(chunk, now)
            protocol.outgoing()
            now += 0.2
        protocol.elapsed(now + 20)
        protocol.received(octets, now + 20)
        return protocol.elapsed(now + 40), protocol.ended(now + 41)

    return parse


@parser(25_000, own=())
def nmea() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.devices.gnss import Nmea

    heard = dialogue(Nmea)

    def parse(octets: bytes) -> object:
        """Each line with the checksum that a working receiver would give it."""
        lines = []
        for line in octets.split(b"\n"):
            total = 0
            for octet in line:
                total ^= octet
            lines.append(b"$%s*%02X\r\n" % (line, total))
        return heard(b"".join(lines))

    return parse, [
        b"GPGGA,064036.289,0117.1,S,03649.2,E,1,04,3.2,200.2,M,,,,0000",
        b"GNGNS,064036,0117.1,S,03649.2,E,AN,4,1,2,3,,",
        b"GPRMC,064036,A,0117.1,S,03649.2,E,0.02,31.66,280511,,,A",
    ]


@parser(40_000, own=(), longest=700)
def gpsd() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.devices.gnss import Gpsd

    return dialogue(Gpsd), [
        b'{"class":"TPV","mode":3,"status":1,"lat":-1.28,"lon":36.8,"eph":4.5}\n',
        b'{"class":"VERSION"}\n{"class":"TPV","mode":2,"lat":0,"lon":0,"epx":1}\n',
    ]


@parser(25_000, own=())
def modem() -> tuple[Parse, Iterable[bytes]]:
    """An AT modem, with a message in flight."""
    from peripherals.sms.modem import Modem
    from peripherals.sms.pdu import parts_of

    parts = parts_of("+254712345678", "A101 " * 40, 1)

    def ready() -> Modem:
        found = Modem()
        found.begin(0.0)
        for line in ("OK", "OK", "OK", "OK", "+CPIN: READY\r\nOK", "+CREG: 0,1\r\nOK"):
            found.received(line.encode() + b"\r\n", 0.1)
        found.received(b"+CSQ: 20,0\r\nOK\r\n", 0.2)
        return found

    def parse(octets: bytes) -> object:
        found, now = ready(), 1.0
        if found.can_send:
            found.send("job", parts, now)
        for chunk in octets.split(b"|"):
            found.received(chunk, now)
            now += 1.0
            found.elapsed(now)
            found.outgoing()
        return found.elapsed(now + 90), found.ended(now + 91)

    return parse, [
        b"OK\r\n|\r\n> |+CMGS: 1\r\n|OK\r\n|> |+CMGS: 2\r\nOK\r\n",
        b"OK\r\n|> |+CMS ERROR: 500\r\n|+CMEE: 1\r\nOK\r\n",
        b"RDY\r\n+CREG: 0,5\r\n+CEREG: 1\r\n+CSQ: 99,99\r\nERROR\r\n",
    ]


@parser(20_000, own=(ValueError,))
def sms_parts() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.sms.pdu import parts_of

    return lambda octets: parts_of("+254712345678", text(octets), octets[0] if octets else 0), [
        "A101 \u0129\u0169".encode(),
        b"{}[]" * 40,
    ]


@parser(5_000, own=())
def scanner() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.devices.scanner import Framing, SerialScanner, masked

    plain_scan = dialogue(SerialScanner)
    aim = dialogue(lambda: SerialScanner(Framing(aim=True, bytes_max=64)))
    bare = dialogue(lambda: SerialScanner(Framing(suffix=b"")))
    del masked
    return lambda octets: (plain_scan(octets), aim(octets), bare(octets)), [
        b"]Q3HK1.A101.x.y\r",
        b"]C1010123\x1d10ABC\r\n",
    ]


@parser(20_000, own=())
def keyboard_scanner() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.devices.keyboard_scanner import EVENT, HidScanner

    keys = b"".join(EVENT.pack(0, 0, 1, code, value) for code in (42, 30, 28) for value in (1, 0))
    return dialogue(HidScanner), [keys, EVENT.pack(0, 0, 0, 3, 0)]


@parser(20_000, own=())
def identity_card() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.devices.mrz import parse as parse_mrz
    from peripherals.devices.mrz_reader import MrzReader

    swiped = dialogue(lambda: MrzReader(lambda: TODAY))
    card = "IDKEN1234567897<<<<<<<<<<<<<<<\n9001012F3001018KEN12345678<<<<4\nOTIENO<<AMINA<<"
    passport = "P<KENOTIENO<<AMINA<<<<<<<<<<<<<<<<<<<<<<<<<<\nA12345678KEN9001012F3001018<<<<<<04"
    return lambda octets: (parse_mrz(text(octets), TODAY), swiped(octets)), [
        card.encode(),
        passport.encode(),
    ]


@parser(30_000, own=(), longest=1_500)
def card_reader() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.devices.cards import CardCommand, CardReader

    def asked() -> CardReader:
        found = CardReader()
        found.begin(0.0)
        found.tell(CardCommand(1, b"\0\xa4"), 0.0)
        return found

    def parse(octets: bytes) -> object:
        found = asked()
        found.received(octets, 1.0)
        return found.received(octets, 2.0), found.elapsed(90.0), found.ended(91.0)

    return parse, [
        b'{"beat":1}\n{"reader":"x"}\n{"in":{"atr":"3b00","uid":"01"}}\n{"out":1}\n',
        b'{"answer":1,"apdu":"9000"}\n{"refused":1}\n{"service":0}\n{"mute":1}\n',
        b"[" * 1_200 + b"\n",
    ]


@parser(30_000, own=())
def battery() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.devices.ups import Nut

    return dialogue(lambda: Nut("ups")), [
        b'VAR ups ups.status "OB LB"\nVAR ups battery.charge "42"\nVAR ups battery.runtime "9.5"\n',
        b"ERR DATA-STALE\n",
    ]


@parser(15_000, own=())
def level_and_button() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.devices.call_button import ButtonAndLight
    from peripherals.devices.levels import brightness, volume

    parsers = [dialogue(volume), dialogue(brightness), dialogue(ButtonAndLight)]
    return lambda octets: [each(octets) for each in parsers], [b"50%\n[on]\n", b"level 10\n", b"\1"]


@parser(25_000, own=())
def printer_status() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.printing.escpos.replies import Fence, FullStatus, ReplyReader, judge_full

    def parse(octets: bytes) -> object:
        fence = Fence()
        for full in (False, True):
            reader = ReplyReader(full_status=full)
            for reply in [*reader.feed(octets), *reader.quiet()]:
                fence.count(getattr(reply, "value", 0))
                if isinstance(reply, FullStatus):
                    judge_full(reply)
        return fence.reached

    return parse, [
        b"\x12\x12\x12\x12",
        b"\x37\x22    \0\x37\x25\0\x3b\x31\0",
        b"_TM-T20\0\x10\0\0\0",
        b"\x10\x0f\0\0\0\0",
    ]


@parser(4_000, own=(), longest=3_000)
def picture_of_a_code() -> tuple[Parse, Iterable[bytes]]:
    from PIL import Image

    from peripherals.devices.camera import jpeg_end
    from peripherals.devices.image_codes import read_picture

    seeds = []
    for kind in ("PNG", "JPEG"):
        made = io.BytesIO()
        Image.new("L", (24, 24), 255).save(made, kind)
        seeds.append(made.getvalue())
    return lambda octets: (jpeg_end(octets), read_picture(octets)), seeds


@parser(60_000)
def device_address() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.connection.url import read_url
    from peripherals.device_loop.registry import read_device_url
    from peripherals.printing.worker.printer_url import parse_printer_url

    known = {"escpos+serial": ("baud", "profile"), "escpos+tcp": ()}

    def parse(octets: bytes) -> object:
        said = text(octets)
        if octets[-1:] == b"d":
            return read_device_url(said)
        if octets[-1:] == b"p":
            return parse_printer_url(said)
        return read_url(said, known).number("baud", 1, 1, 10**6)

    return parse, [
        b"escpos+serial:///dev/ttyUSB0?baud=9600&profile=tm-t20",
        b"escpos+tcp://192.168.1.9:9100/p",
        b"gnss+gpsd://localhost:2947/d",
        b"gpio+gpiozero:?bell=22&serial=d",
    ]


@parser(60_000)
def slip() -> tuple[Parse, Iterable[bytes]]:
    from peripherals.printing.document import Document, HorizontalRule, Qr, TextLine
    from peripherals.printing.ticket_slip import moment_from, ticket_from_json

    document = Document((TextLine("x"), HorizontalRule(), Qr("q")), "en", "A101").to_bytes()

    def parse(octets: bytes) -> object:
        if octets[:1] == b"{":
            return ticket_from_json(text(octets))
        if octets[:1] == b"2":
            return moment_from(text(octets))
        return Document.from_bytes(octets)

    return parse, [
        document,
        b'{"number":"A101","service":"NRB-02","language":"sw","bring":["x"],"time":1}',
        b"2026-11-23T17:00:00+03:00",
    ]


# -- forms


@parser(60_000)
def expression() -> tuple[Parse, Iterable[bytes]]:
    from content.xforms.xpath.parser import parse

    seeds = [
        "/data/a + 1 > count(/data/b[position() = 2]/c)",
        "if(selected(/data/x, 'a'), concat('b', string(.)), -1 div 0)",
        "instance('l')/root/item[name = current()/../n and not(@x != \"y\")]/label | //z",
    ]
    return lambda octets: parse(text(octets)), [seed.encode() for seed in seeds]


@parser(6_000)
def regular_expression() -> tuple[Parse, Iterable[bytes]]:
    from content.xforms.xpath.regex.matcher import matches

    def parse(octets: bytes) -> object:
        pattern, _, said = text(octets).partition("\n")
        return matches(pattern, said)

    return parse, [rb"^[A-Z]{1,3}\d+(?:x|y)*?$" + b"\nAB12x", b"(a|aa)+[^\\W_]{2,}\naaaa"]


FORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>T</h:title><model><itext>
<translation lang="en"><text id="a"><value>A</value></text></translation></itext><instance>
<data id="t" version="1"><a/><r jr:template=""><b/></r><meta><instanceID/></meta></data></instance>
<instance id="l"><root><item><name>x</name><label>X</label></item></root></instance>
<bind nodeset="/data/a" type="int" required="true()" constraint=". &lt; 9"/>
<bind nodeset="/data/r/b" type="string" relevant="/data/a = 1" calculate="concat('a', /data/a)"/>
</model></h:head><h:body><input ref="/data/a"><label ref="jr:itext('a')"/></input>
<group ref="/data/r"><label>R</label><repeat nodeset="/data/r"><select1 ref="/data/r/b"><label>B
</label><itemset nodeset="instance('l')/root/item[name != '']"><value ref="name"/>
<label ref="label"/></itemset></select1></repeat></group></h:body></h:html>"""


@parser(15_000, longest=2_000)
def form() -> tuple[Parse, Iterable[bytes]]:
    """An XForm, opened as a session when it is one."""
    from content.xforms.parse.reader import parse_form

    return parse_form, [FORM]


@parser(30_000)
def draft() -> tuple[Parse, Iterable[bytes]]:
    """A saved draft of a form."""
    from content.xforms.parse.reader import parse_form
    from content.xforms.session import snapshots

    opened = parse_form(FORM)
    record = ["data", [["a", "1"], ["r", [["b", "x"]]], ["meta", [["instanceID", "u"]]]]]
    start = {"v": snapshots._VERSION, "form": opened.digest, "language": "en", "order": 1}

    def parse(octets: bytes) -> object:
        """As it came, and as if it were of this form and version."""
        try:
            said = json.loads(octets)
            octets = json.dumps(said | {"v": start["v"], "form": opened.digest}).encode()
        except (ValueError, TypeError, RecursionError):
            pass
        return snapshots.read(opened, octets)

    return parse, [json.dumps(start | {"record": record}).encode()]


@parser(20_000)
def list_of_a_form() -> tuple[Parse, Iterable[bytes]]:
    """CSV, GeoJSON and XML lists attached to a form."""
    from content.xforms.lists.attachments import read_list
    from content.xforms.lists.choice_tables import MemoryTables
    from content.xforms.xml import parse_xml

    place = {"type": "Point", "coordinates": [36.8, -1.2]}
    feature = {"id": 1, "geometry": place, "properties": {"name": "a", "x": [1]}}
    csv_list = parse_xml(b'<instance id="l" src="jr://file-csv/l.csv"/>', "x")
    json_list = parse_xml(b'<instance id="l" src="jr://file/l.geojson"/>', "x")
    xml_list = parse_xml(b'<instance id="l" src="jr://file/l.xml"/>', "x")

    def parse(octets: bytes) -> object:
        element, file = (xml_list, "l.xml") if octets[:1] == b"<" else (csv_list, "l.csv")
        if octets[:1] == b"{":
            element, file = json_list, "l.geojson"
        return read_list("l", element, {file: octets}, MemoryTables())

    return parse, [
        b'name,label\na,"A, b"\nb,B\n',
        json.dumps({"features": [feature]}).encode(),
        b"<root><item><name>a</name><label>A</label></item></root>",
    ]


@parser(15_000, longest=1_000)
def submission() -> tuple[Parse, Iterable[bytes]]:
    from sync.agency.openrosa.submission import record_root

    seed = b'<data id="t" version="1"><a>1</a><meta><instanceID>uuid:1</instanceID></meta></data>'
    return lambda octets: record_root(octets, "A submission"), [seed]


@parser(60_000)
def server_answer() -> tuple[Parse, Iterable[bytes]]:
    """What a server of an agency answers."""
    from sync.agency.openrosa.responses import ServerResponse, decide_head, decide_post

    def parse(octets: bytes) -> object:
        status, limit, where = [*text(octets).split("|"), "", ""][:3]
        headers = {"x-openrosa-version": "1", "x-openrosa-accept-content-length": limit}
        if where:
            headers["location"] = where
        number = sum(octets[:3]) if not status.isascii() or not status.isdigit() else int(status)
        answer = ServerResponse(number % 600, headers, where)
        return decide_head("https://odk.example/x", answer), decide_post(answer)

    return parse, [b"204|10000|", b"302|5|https://odk.example/y", b"201||"]


@parser(600, own=(Fault,), longest=8_000)
def workbook() -> tuple[Parse, Iterable[bytes]]:
    """An XLSForm; the parts of the zip are altered, and the zip itself."""
    from openpyxl import Workbook

    from content.authoring.workbook import read

    made = io.BytesIO()
    book = Workbook()
    sheet = book.active
    sheet.title = "survey"
    for row in (("type", "name", "label"), ("text", "a", "A"), ("integer", "b", 3)):
        sheet.append(row)
    book.save(made)
    parts = {
        info.filename: zipfile.ZipFile(made).read(info) for info in zipfile.ZipFile(made).infolist()
    }
    path = folder_of_its_own() / "form.xlsx"

    def parse(octets: bytes) -> object:
        if octets[:2] == b"PK":
            path.write_bytes(octets)
            return read(path)
        name, _, body = octets.partition(b"\n")
        target = {b"s": "xl/worksheets/sheet1.xml", b"w": "xl/workbook.xml"}.get(
            name[:1], "xl/sharedStrings.xml"
        )
        with zipfile.ZipFile(path, "w") as archive:
            for each, content in parts.items():
                archive.writestr(each, body if each == target else content)
        return read(path)

    return parse, [
        made.getvalue(),
        b"s\n" + parts["xl/worksheets/sheet1.xml"],
        b"w\n" + parts["xl/workbook.xml"],
        b"t\n" + parts.get("xl/sharedStrings.xml", b""),
    ]


# -- packs, tables, settings, files of a node


@parser(60_000)
def manifest() -> tuple[Parse, Iterable[bytes]]:
    from content.pack.manifest import Manifest

    seed = (
        b'{"files":{"a.csv":{"sha256":"%s","size":1}},"format":1,"id":"x","languages":["en"],'
        b'"valid_from":"2026-01-01T00:00:00+00:00","version":1}'
    ) % (b"0" * 64)
    return Manifest.decode, [seed]


@parser(4_000, longest=1_200)
def tables_of_a_pack() -> tuple[Parse, Iterable[bytes]]:
    """One table of the sources at a time, the others whole."""
    from content.catalogue import csv_tables
    from content.catalogue.counters import read_counters
    from content.catalogue.geography import Geography
    from content.catalogue.opening_hours import hours
    from content.i18n import strings

    del read_counters, hours, Geography
    names = sorted(csv_tables.NAMES)
    sources = {name: (SOURCES / name).read_bytes() for name in names}
    short = {name: b"\n".join(source.split(b"\n")[:4]) for name, source in sources.items()}
    sources["services.csv"] = sources["services.csv"].split(b"\n")[0] + b"\n"
    sources["centres.csv"] = sources["centres.csv"].split(b"\n")[0] + b"\n"

    def parse(octets: bytes) -> object:
        place = octets[0] % (len(names) + 2) if octets else 0
        if place == len(names):
            return strings.read(octets[1:])
        if place > len(names):
            return csv_tables.read_pages(octets[1:], ["NRB"])
        return csv_tables.read({**sources, names[place]: octets[1:]})

    seeds = [bytes([at]) + short[name] for at, name in enumerate(names)]
    seeds.append(bytes([len(names)]) + b"key,context,en,sw\nok,all,OK {n},Sawa {n}\n")
    seeds.append(
        bytes([len(names) + 1]) + b"agency,part,text_en,text_sw\nNRB,office,O,O\nNRB,vision,x,y\n"
    )
    return parse, seeds


@parser(40_000)
def fees() -> tuple[Parse, Iterable[bytes]]:
    from content.catalogue.fees import read

    seed = {
        "payments": {
            "profiles": [{"id": "a", "paybill": "2", "ussd": "*", "valid_from": None,
                          "valid_to": "2026-01-01", "status": "V"}],
            "ecitizen_access_fee_bands_kes": [[0, 1000, 50]],
        },
        "fee_rules": [{"services": ["NRB-02"], "fee_kes": 100, "status": "V",
                       "valid_from": "2026-01-01", "valid_to": "2026-02-01", "basis": "x"}],
        "checked_months_max": 6,
    }  # fmt: skip

    def parse(octets: bytes) -> object:
        try:
            value = json.loads(octets)
        except (ValueError, RecursionError):
            return None
        return read(value) if isinstance(value, dict) else None

    return parse, [json.dumps(seed).encode()]


@parser(20_000, longest=700)
def settings() -> tuple[Parse, Iterable[bytes]]:
    from provisioning.settings.schema import load

    path = folder_of_its_own() / "device.toml"
    seed = (
        b'[node]\nname = "kiosk-1"\nrole = "kiosk"\nsite = "HC-001"\ncounty = 47\nunit = 1\n'
        b'[queue]\ncentre_endpoint = "tcp://127.0.0.1:1"\n[sync]\n'
        b'upstream_endpoint = "tcp://127.0.0.1:2"\n[devices]\nprinter = "escpos+tcp://h"\n'
    )

    def parse(octets: bytes) -> object:
        path.write_bytes(octets)
        return load(path)

    return parse, [seed]


@parser(20_000, own=())
def small_files_of_a_node() -> tuple[Parse, Iterable[bytes]]:
    """The clock's floor and mark, the journal's head mark, the count of PIN tries: torn or altered,
    they are as good as none.
    """
    from provisioning import clock as clocks
    from provisioning.identity.pin import PinLock
    from sync.faults import Fork
    from sync.journal.head_mark import HeadMark
    from sync.journal.journal import JOURNAL_TABLES, Journal
    from sync.store.database import Store

    folder = folder_of_its_own()
    journal = Journal(Store.open(":memory:", [JOURNAL_TABLES]), "kiosk-1", VirtualClock())
    floor = folder / "floor"
    boot = clocks._boot_id()
    names = ("floor", "clock-shared", "clock-set", "journal-head", "staff.tries")

    def parse(octets: bytes) -> object:
        name = names[octets[0] % len(names)] if octets else "floor"
        for each in names:
            (folder / each).unlink(missing_ok=True)
        (folder / name).write_bytes(octets[1:].replace(b"BOOT", boot.encode()))
        found = clocks.SystemClock(floor, keep=False).now()
        PinLock(folder, VirtualClock()).wait_s()
        try:
            HeadMark(folder / "journal-head").check(journal, "restore it")
        except Fork:
            return None
        return found

    mark = (
        b'{"boot":"BOOT","elapsed_s":1.5,"time":"2026-11-30T05:00:00+00:00","trusted":true,'
        b'"service":true}'
    )
    return parse, [
        b"\0002026-11-30T05:00:00+00:00",
        b"\1" + mark,
        b"\2" + mark,
        b'\3["00",5]',
        b'\4{"count":6,"last":"2026-11-30T05:00:00+00:00"}',
    ]


@parser(300, longest=20_000)
def journal_file() -> tuple[Parse, Iterable[bytes]]:
    """A database put back: pages altered, read by `journal restore`'s check."""
    from sync.journal.file_check import inspect
    from sync.journal.journal import JOURNAL_TABLES, Journal
    from sync.store.database import Store

    path = folder_of_its_own() / "huduma.db"
    store = Store.open(path, [JOURNAL_TABLES])
    journal = Journal(store, "kiosk-1", VirtualClock())
    with store.transaction() as tx:
        for number in range(5):
            journal.append(tx, "visit.started", VISIT, {"day": "x", "language": str(number)})
    store.close()
    whole = path.read_bytes()
    for beside in path.parent.iterdir():
        beside.unlink()

    def parse(octets: bytes) -> object:
        """(place, byte) pairs laid over the whole file."""
        altered = bytearray(whole)
        for at in range(0, len(octets) - 3, 4):
            altered[int.from_bytes(octets[at : at + 3], "big") % len(altered)] = octets[at + 3]
        path.write_bytes(altered)
        try:
            return inspect(path, "kiosk-1")
        finally:
            for beside in path.parent.iterdir():
                beside.unlink()

    return parse, [b"\0\0\x10\xff", b"\0\x10\0\0\0\x20\x11\x80"]


@parser(3_000, longest=1_000)
def translation() -> tuple[Parse, Iterable[bytes]]:
    from content.i18n import po

    folder = folder_of_its_own()
    table, source = folder / "strings.csv", folder / "sw.po"
    words = b"key,context,en,sw\nok,all,OK {n},Sawa {n}\n"
    table.write_bytes(words)
    po.export(table, source, "sw")
    seed = source.read_bytes()

    def parse(octets: bytes) -> object:
        table.write_bytes(words)
        source.write_bytes(octets)
        return po.bring_in(source, table, "sw")

    return parse, [seed]
