"""The golden examples of PROTOCOL.md, read as another team would: from the page, `keys.txt`, a CBOR
decoder and plain primitives, without our readers. Then made anew, byte by byte.

`python -m tests.sync.test_golden` writes the files again after a deliberate change of the format.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cbor2
import pytest
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from provisioning.cbor import encode
from provisioning.clock import VirtualClock
from provisioning.identity.certificates import AgencyPublic
from provisioning.identity.keys import AgencyKey
from provisioning.ids import SeededIds
from sync import compression
from sync.batches.batch import Stream, build, read_entries, read_envelope
from sync.batches.chain import short_hash
from sync.journal.journal import GENESIS
from sync.protocol import frames
from sync.sealing.cose_encrypt import encrypt0
from sync.sealing.opener import Opener
from sync.sealing.sealer import Sealer
from tests.sync.world import facts

GOLDEN = Path(__file__).parents[1] / "golden" / "sync"
NODE, EPOCH, AGENCY = "kiosk-1", bytes.fromhex("0123456789abcdef"), "NRB"
SIGNING_SEED, AGENCY_SEED = b"s" * 32, b"a" * 32
PLAINTEXT = encode(
    {
        "xml": b'<data id="lost_id" version="2026112301"><full_name>Amina Otieno</full_name></data>',
        "attachments": {"sign.png": b"\x89PNG"},
        "submitted_at": 1_795_413_600_000,
    }
)


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def keys() -> dict[str, bytes]:
    lines = (line.split() for line in (GOLDEN / "keys.txt").read_text().splitlines())
    return {name: bytes.fromhex(value) for name, value in lines}


class Registry:
    def agency(self, code):
        return AgencyPublic(code, AgencyKey(AGENCY_SEED).public)


def make() -> dict[str, bytes]:
    """Every file, by name. The capsule's encapsulation is random; all else follows from it."""
    sealer = Sealer(Registry(), SeededIds(7), VirtualClock(), node=NODE, db_epoch=EPOCH)
    ((_, capsule),) = sealer.prepare(AGENCY)
    subject = SeededIds(8).uuid7()
    sealed = sealer.seal(AGENCY, PLAINTEXT, subject)
    listed = {
        "node-signing-seed": SIGNING_SEED,
        "agency-hpke-seed": AGENCY_SEED,
        "db-epoch": EPOCH,
        "capsule": capsule["capsule"],
        "subject": subject.bytes,
    }
    return {
        "keys.txt": "".join(f"{name} {value.hex()}\n" for name, value in listed.items()).encode(),
        "plaintext.cbor": PLAINTEXT,
        "capsule.cbor": capsule["sealed"],
        "record.cbor": encrypt0(sealed["sealed"]),
    }


def segments() -> tuple[bytes, bytes]:
    """Two segments over fixed entries."""
    stream, key = Stream(NODE, EPOCH), Ed25519PrivateKey.from_private_bytes(SIGNING_SEED)
    place = {"site": "HC-001", "day": "2026-11-23"}
    plan = [
        ("visit.started", "national", {**place, "language": "sw"}),
        ("print.queued", "site", {"job": "1", "kind": "ticket"}),
        ("print.proven", "site", {"job": "1", "kind": "ticket", "proof": "process-id"}),
        (
            "form.submitted",
            "agency:NRB",
            {"form": "lost_id", "index": 0, "sealed": bytes(range(70))},
        ),
        (
            "form.submitted",
            "agency:NRB",
            {"form": "lost_id", "index": 1, "sealed": bytes(range(80))},
        ),
        ("visit.ended", "national", {**place, "outcome": "finished", "language": "sw"}),
    ]
    made = facts(stream, plan)
    first = build(key, stream, 1, GENESIS, GENESIS, made[:4])
    digest = hashlib.sha256(first).digest()
    return first, build(key, stream, 2, digest, made[3].hash, made[4:])


def spoken() -> str:
    """One frame of each kind, in hex."""
    session, stream, mark = (
        b"\1\2\3\4",
        Stream(NODE, EPOCH),
        short_hash(hashlib.sha256(b"").digest()),
    )
    position = frames.StreamPosition(1, mark, 300, 1)
    said = [
        frames.Hello(session, [frames.Offer(stream, 2, mark)]),
        frames.Cursor(session, 24_576, b"server-1", [position]),
        frames.Chunk(session, 0, 2, 300, 306, b"abcdef"),
        frames.Ack(session, 0, position, rewind=False),
        frames.Nack(session, 0, 2, 46),
        frames.Again(session),
        frames.AskRegistry(session, 3, 0),
        frames.RegistryPart(session, 4, 0, 6, b"abcdef"),
    ]
    return "".join(f"{type(each).__name__} {frames.to_bytes(each).hex()}\n" for each in said)


def expand(secret: bytes, label: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA256(), length, label).derive(secret)


def dumps(value) -> bytes:
    return cbor2.dumps(value, canonical=True)


def context() -> bytes:
    known = keys()
    return dumps(
        ["huduma capsule", 1, NODE, known["db-epoch"], known["capsule"], AGENCY, "2026-11-23"]
    )


def content_key_and_secret() -> tuple[bytes, bytes]:
    """Section 3.2, by hand."""
    protected, unprotected, ciphertext, recipients = cbor2.loads(golden("capsule.cbor")).value
    to_protected, to_unprotected, wrapped = recipients[0]
    assert (protected, to_protected) == (bytes.fromhex("a10103"), bytes.fromhex("a1013a00010041"))
    info = dumps(["HPKE Recipient", 3, to_protected, context()])
    agency = AgencyKey(keys()["agency-hpke-seed"])
    assert to_unprotected[4] == hashlib.sha256(agency.public).digest()[:8]
    content_key = agency.open(to_unprotected[-4] + wrapped, info)
    associated = dumps(["Encrypt", protected, context()])
    return content_key, AESGCM(content_key).decrypt(unprotected[5], ciphertext, associated)


def test_the_record_opens_from_the_page_alone():
    known = keys()
    _, secret = content_key_and_secret()
    material = expand(expand(secret, b"huduma chain", 32), b"huduma record", 44)
    protected, unprotected, sealed = cbor2.loads(golden("record.cbor")).value
    assert (protected, unprotected) == (bytes.fromhex("a1013a00010040"), {})
    external = ["huduma record", 1, NODE, known["db-epoch"], known["capsule"], 0, AGENCY]
    associated = dumps(["Encrypt0", protected, dumps([*external, known["subject"]])])
    padded = AESGCMSIV(material[:32]).decrypt(material[32:], sealed, associated)
    packed = padded.rstrip(b"\0").removesuffix(b"\x80")
    assert packed[0] == 1
    words = zstandard.ZstdCompressionDict(shipped())
    magicless = zstandard.FORMAT_ZSTD1_MAGICLESS
    expander = zstandard.ZstdDecompressor(dict_data=words, format=magicless)
    plain = expander.decompress(packed[1:], max_output_size=1 << 20)
    assert plain == golden("plaintext.cbor") == PLAINTEXT


def test_our_opener_opens_it_too():
    known = keys()
    opener = Opener(AGENCY, AgencyKey(AGENCY_SEED))
    capsule = {
        "capsule": known["capsule"],
        "agency": AGENCY,
        "epoch": EPOCH,
        "day": "2026-11-23",
        "sealed": golden("capsule.cbor"),
    }
    opener.add_capsule(NODE, capsule)
    sealed = cbor2.loads(golden("record.cbor")).value[2]
    body = {"capsule": known["capsule"], "index": 0, "sealed": sealed}
    from uuid import UUID

    assert opener.open(NODE, UUID(bytes=known["subject"]), body) == PLAINTEXT


def test_another_cose_library_agrees_on_the_capsules_content():
    from pycose.algorithms import A256GCM, Direct
    from pycose.headers import IV, Algorithm
    from pycose.keys import SymmetricKey
    from pycose.messages import EncMessage
    from pycose.messages.recipient import DirectEncryption

    content_key, secret = content_key_and_secret()
    _, unprotected, ciphertext, _ = cbor2.loads(golden("capsule.cbor")).value
    message = EncMessage(
        phdr={Algorithm: A256GCM},
        uhdr={IV: unprotected[5]},
        payload=ciphertext,
        external_aad=context(),
    )
    recipient = DirectEncryption(uhdr={Algorithm: Direct})
    message.recipients = [recipient]
    message.key = SymmetricKey(k=content_key)
    assert message.decrypt(recipient) == secret


def test_another_cose_library_agrees_on_a_segments_signature():
    from pycose.keys import OKPKey
    from pycose.keys.curves import Ed25519
    from pycose.messages import Sign1Message

    header, parts, signature = cbor2.loads(golden("segment-2.cbor"))
    public = Ed25519PrivateKey.from_private_bytes(keys()["node-signing-seed"]).public_key()
    message = Sign1Message.from_cose_obj(
        [bytes.fromhex("a10127"), {}, header, signature], allow_unknown_attributes=False
    )
    message.key = OKPKey(crv=Ed25519, x=public.public_bytes_raw())
    message.external_aad = hashlib.sha256(parts).digest()
    assert message.verify_signature()
    message.external_aad = bytes(32)
    assert not message.verify_signature()


def test_a_segment_is_verified_from_the_page_alone():
    first, second = golden("segment-1.cbor"), golden("segment-2.cbor")
    public: Ed25519PublicKey = Ed25519PrivateKey.from_private_bytes(SIGNING_SEED).public_key()
    header, parts, signature = cbor2.loads(second)
    signed = dumps(["Signature1", bytes.fromhex("a10127"), hashlib.sha256(parts).digest(), header])
    public.verify(signature, signed)
    with pytest.raises(InvalidSignature):
        public.verify(signature, signed + b"\0")
    version, node, epoch, no, begin, count, before, _ = cbor2.loads(header)
    assert [version, node, epoch, no, begin, count] == [1, NODE, EPOCH, 2, 5, 2]
    assert before == hashlib.sha256(first).digest()


def test_segments_and_frames_are_made_the_same_today():
    assert segments() == (golden("segment-1.cbor"), golden("segment-2.cbor"))
    assert spoken() == (GOLDEN / "frames.txt").read_text()
    inside = read_entries(read_envelope(golden("segment-1.cbor")))
    assert [fact.kind for fact in inside.facts] == ["visit.started", "form.submitted"]
    assert inside.head == read_envelope(golden("segment-2.cbor")).prev_entry


def test_what_is_deterministic_of_sealing_is_made_the_same_today():
    made = make()
    assert {name: made[name] for name in ("keys.txt", "plaintext.cbor", "record.cbor")} == {
        name: golden(name) for name in ("keys.txt", "plaintext.cbor", "record.cbor")
    }


def shipped() -> bytes:
    return Path(compression.__file__).with_name("records.zdict").read_bytes()


def test_the_dictionary_is_the_one_the_examples_were_packed_with():
    # Packed values lie in databases for years: another dictionary is another row of `compact`.
    digest = hashlib.sha256(shipped()).hexdigest()
    assert digest == (GOLDEN / "records.zdict.sha256").read_text().strip()


@pytest.mark.prove
def test_the_dictionary_is_made_of_synthetic_records_and_nothing_else():
    from sync.batches.train_dictionary import train

    assert train() == shipped()


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    one, two = segments()
    for name, content in {**make(), "segment-1.cbor": one, "segment-2.cbor": two}.items():
        (GOLDEN / name).write_bytes(content)
    (GOLDEN / "frames.txt").write_text(spoken())
    words = shipped()
    (GOLDEN / "records.zdict.sha256").write_text(hashlib.sha256(words).hexdigest() + "\n")
