"""Sealing: one agency reads what was written for it, and nobody reads anything else."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cbor2
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from provisioning.clock import VirtualClock
from provisioning.identity.certificates import AgencyPublic
from provisioning.identity.keys import AgencyKey
from provisioning.ids import SeededIds
from sync.faults import BadBatch, NotForThisAgency
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.sealing import cose_encrypt
from sync.sealing.opener import Opener
from sync.sealing.sealer import (
    CAPSULE_KIND,
    PLAIN_MAX,
    Origin,
    Sealer,
    pad,
    padme,
    record_context,
    unpad,
)
from sync.store.database import Store

ORIGIN = Origin("kiosk-1", b"epoch--1")
KEYS = {code: AgencyKey(bytes([at]) * 32) for at, code in enumerate(("NRB", "CRS"), start=1)}


@dataclass
class Registry:
    def agency(self, code):
        return AgencyPublic(code, KEYS[code].public)


def make_sealer(seed=1, clock=None):
    clock = clock or VirtualClock()
    return Sealer(Registry(), SeededIds(seed), clock, node=ORIGIN.node, db_epoch=ORIGIN.db_epoch)


def sealed(sealer, agency, texts, ids):
    """Seal each text; its (capsule entries, records)."""
    capsules, records = [], []
    for text in texts:
        capsules += sealer.prepare(agency)
        sealer.kept(agency)
        subject = ids.uuid7()
        records.append((subject, sealer.seal(agency, text, subject), text))
    return capsules, records


def test_an_agency_opens_its_records_in_any_order():
    texts = [b"one", b"two" * 100, b"", b"four"]
    capsules, records = sealed(make_sealer(), "NRB", texts, SeededIds(2))
    assert [kind for kind, _ in capsules] == [CAPSULE_KIND]
    opener = Opener("NRB", KEYS["NRB"])
    opener.add_capsule(ORIGIN.node, capsules[0][1])
    for subject, body, text in reversed(records):
        assert opener.open(ORIGIN.node, subject, body) == text
    assert [body["index"] for _, body, _ in records] == [0, 1, 2, 3]


def test_another_agencys_key_opens_nothing():
    capsules, records = sealed(make_sealer(), "NRB", [b"secret"], SeededIds(2))
    opener = Opener("NRB", KEYS["CRS"])
    with pytest.raises(NotForThisAgency):
        opener.add_capsule(ORIGIN.node, capsules[0][1])
    with pytest.raises(NotForThisAgency):
        opener.open(ORIGIN.node, records[0][0], records[0][1])
    forged = dict(capsules[0][1])
    # A capsule that claims the other key's id does not open either.
    forged["sealed"] = forged["sealed"].replace(KEYS["NRB"].kid, KEYS["CRS"].kid)
    with pytest.raises(NotForThisAgency):
        opener.add_capsule(ORIGIN.node, forged)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("node", lambda n, s, b: ("kiosk-2", s, b)),
        ("subject", lambda n, s, b: (n, SeededIds(9).uuid7(), b)),
        ("index", lambda n, s, b: (n, s, {**b, "index": b["index"] + 1})),
        ("capsule", lambda n, s, b: (n, s, {**b, "capsule": bytes(16)})),
        ("sealed", lambda n, s, b: (n, s, {**b, "sealed": b["sealed"][:-1] + b"\0"})),
        ("cut", lambda n, s, b: (n, s, {**b, "sealed": b["sealed"][:5]})),
    ],
)
def test_a_record_moved_or_altered_is_refused(what, change):
    capsules, records = sealed(make_sealer(), "NRB", [b"secret"], SeededIds(2))
    opener = Opener("NRB", KEYS["NRB"])
    opener.add_capsule(ORIGIN.node, capsules[0][1])
    subject, body, _ = records[0]
    node, subject, body = change(ORIGIN.node, subject, body)
    with pytest.raises(NotForThisAgency):
        opener.open(node, subject, body)


@pytest.mark.parametrize("field", ["capsule", "epoch", "day"])
def test_a_capsule_moved_to_another_database_or_day_does_not_open(field):
    capsules, _ = sealed(make_sealer(), "NRB", [b"secret"], SeededIds(2))
    body = capsules[0][1]
    other = {"capsule": bytes(16), "epoch": b"epoch--2", "day": "2026-11-24"}
    with pytest.raises(NotForThisAgency):
        Opener("NRB", KEYS["NRB"]).add_capsule(ORIGIN.node, {**body, field: other[field]})


def test_nonsense_is_refused_by_name():
    opener = Opener("NRB", KEYS["NRB"])
    for body in (
        {},
        {"capsule": b"x" * 16, "epoch": b"", "sealed": b"\xd8\x60\x80", "agency": "NRB"},
    ):
        with pytest.raises(BadBatch) as fault:
            opener.add_capsule(ORIGIN.node, body)
        assert fault.value.code == 43
    sealer = make_sealer()
    sealer.prepare("NRB")
    with pytest.raises(BadBatch):
        sealer.seal("NRB", bytes(PLAIN_MAX + 1), SeededIds(1).uuid7())


def test_a_new_day_and_a_new_boot_open_new_capsules():
    clock = VirtualClock()
    sealer = make_sealer(clock=clock)
    first, _ = sealed(sealer, "NRB", [b"a", b"b"], SeededIds(2))
    assert len(first) == 1
    clock.advance(seconds=86_400)
    second, _ = sealed(sealer, "NRB", [b"c"], SeededIds(3))
    reboot, _ = sealed(make_sealer(seed=5, clock=clock), "NRB", [b"d"], SeededIds(4))
    names = {body["capsule"] for _, body in first + second + reboot}
    assert len(names) == 3
    assert [body["day"] for _, body in first + second] == ["2026-11-23", "2026-11-24"]


def test_the_next_process_goes_on_under_the_same_capsule_and_opens_nothing_before_it():
    clock = VirtualClock()
    sealer = make_sealer(clock=clock)
    first, before = sealed(sealer, "NRB", [b"a", b"b"], SeededIds(2))
    handed = sealer.open_capsules()
    following = make_sealer(seed=5, clock=clock)
    following.go_on(handed)
    none, after = sealed(following, "NRB", [b"c"], SeededIds(3))
    assert none == []
    opener = Opener("NRB", KEYS["NRB"])
    opener.add_capsule(ORIGIN.node, first[0][1])
    for subject, body, text in before + after:
        assert opener.open(ORIGIN.node, subject, body) == text
    assert [body["index"] for _, body, _ in before + after] == [0, 1, 2]
    again, _ = sealed(sealer, "NRB", [b"d"], SeededIds(4))
    assert len(again) == 1, "a sealer that handed over uses no index twice"
    early = [opener._capsules[ORIGIN.node, before[0][1]["capsule"]].key(at) for at in range(2)]
    assert handed[0].chain not in [key for key, _ in early]


def test_a_capsule_nobody_committed_is_not_handed_on():
    sealer = make_sealer()
    sealer.prepare("NRB")
    assert sealer.open_capsules() == ()


def test_the_sealer_holds_no_key_that_opens_what_it_has_sealed():
    sealer = make_sealer()
    capsules, records = sealed(sealer, "NRB", [b"secret"] * 3, SeededIds(2))
    held = sealer._capsules["NRB"].ratchet
    opener = Opener("NRB", KEYS["NRB"])
    opener.add_capsule(ORIGIN.node, capsules[0][1])
    past = [
        opener._capsules[ORIGIN.node, records[0][1]["capsule"]].key(index) for index in range(3)
    ]
    future = opener._capsules[ORIGIN.node, records[0][1]["capsule"]].key(3)
    assert held.step() == future  # what it holds is the next key
    assert held.chain not in [key for key, _ in past]
    subject, body, _ = records[2]
    with pytest.raises(InvalidTag):
        AESGCMSIV(future[0]).decrypt(
            future[1],
            body["sealed"],
            record_context(ORIGIN, body["capsule"], 2, "NRB", subject),
        )


def test_an_index_is_used_once_even_when_the_transaction_rolls_back(tmp_path):
    store = Store.open(tmp_path / "huduma.db", [JOURNAL_TABLES])
    journal = Journal(store, ORIGIN.node, VirtualClock(), db_epoch=ORIGIN.db_epoch)
    sealer, ids = make_sealer(), SeededIds(7)

    def submit(tx, text):
        body = {"form": "lost_id"}
        return sealer.append(tx, journal, "form.submitted", ids.uuid7(), "NRB", body, text)

    def cut_off():
        with store.transaction() as tx:
            submit(tx, b"lost")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cut_off()
    assert journal.last_seq() == 0
    with store.transaction() as tx:
        first = submit(tx, b"kept")
    with store.transaction() as tx:
        second = submit(tx, b"kept too")
    store.close()
    assert [first.seq, second.seq] == [2, 3]  # the capsule is entry 1, and there is one
    assert [first.body["index"], second.body["index"]] == [1, 2]
    assert first.audience == "agency:NRB"
    assert first.body["agency"] == "NRB"


def test_the_structures_are_cose():
    capsules, records = sealed(make_sealer(), "NRB", [b"secret"], SeededIds(2))
    capsule = cbor2.loads(capsules[0][1]["sealed"])
    assert capsule.tag == 96
    protected, unprotected, ciphertext, recipients = capsule.value
    assert cbor2.loads(protected) == {1: 3}  # A256GCM
    assert len(unprotected[5]) == 12
    assert len(ciphertext) == 32 + 16
    [[to_protected, to_unprotected, wrapped]] = recipients
    assert cbor2.loads(to_protected) == {1: -65_602}  # hybrid HPKE, private use
    assert to_unprotected[4] == KEYS["NRB"].kid
    assert len(to_unprotected[-4]) == 1120
    assert len(wrapped) == 32 + 16
    record = cbor2.loads(cose_encrypt.encrypt0(records[0][1]["sealed"]))
    assert record.tag == 16
    assert cbor2.loads(record.value[0]) == {1: -65_601}  # AES-256-GCM-SIV, private use


def test_padding_is_found_again_and_costs_at_most_an_eighth():
    for length in [*range(300), 1_000, 65_535, 1 << 20]:
        packed = b"\x01" + bytes(length)
        padded = pad(packed)
        assert unpad(padded) == packed
        assert len(packed) < len(padded) <= max(8, (len(packed) + 1) * 9 // 8)
    assert [padme(length) for length in (1, 9, 100, 1_000, 10_000)] == [1, 10, 104, 1_024, 10_240]
    with pytest.raises(BadBatch):
        unpad(bytes(8))


def padme_of_its_paper(length):
    """Nikitin et al. 2019, algorithm 1, as printed."""
    exponent = math.floor(math.log2(length))
    bits = math.floor(math.log2(exponent)) + 1 if exponent else 1
    last = max(0, exponent - bits)
    mask = 2**last - 1
    return (length + mask) & ~mask


def test_padding_is_that_of_its_paper():
    assert [padme(length) for length in (0, 1)] == [0, 1]
    lengths = [*range(2, 2_000), 4_095, 4_096, 4_097, 65_535, 65_536, 65_537]
    assert [padme(length) for length in lengths] == [padme_of_its_paper(each) for each in lengths]
    for length in range(200):
        assert len(pad(bytes(length))) == padme(length + 1), "one byte marks the end"


@pytest.mark.parametrize(("index", "another"), [(65_534, False), (65_535, False), (65_536, True)])
def test_a_capsule_holds_65536_records(index, another):
    sealer = make_sealer()
    (first,), _ = sealed(sealer, "NRB", [b"a"], SeededIds(2))
    sealer._capsules["NRB"].ratchet.index = index
    capsules = sealer.prepare("NRB")
    assert bool(capsules) is another
    if another:
        assert capsules[0][1]["capsule"] != first[1]["capsule"]
    else:
        assert sealer.seal("NRB", b"b", SeededIds(3).uuid7())["index"] == index


@pytest.mark.parametrize("index", [-1, 1 << 16, 1 << 62, True, 1.0, "0", None])
def test_an_index_beyond_a_capsule_is_refused(index):
    capsules, records = sealed(make_sealer(), "NRB", [b"a"], SeededIds(2))
    opener = Opener("NRB", KEYS["NRB"])
    opener.add_capsule("kiosk-1", capsules[0][1])
    subject, body, _ = records[0]
    with pytest.raises(BadBatch, match="no index"):
        opener.open("kiosk-1", subject, body | {"index": index})


def test_a_record_of_four_mebibytes_is_sealed_and_a_byte_more_is_not():
    sealer = make_sealer()
    ((_, capsule),), ((subject, body, text),) = sealed(
        sealer, "NRB", [b"x" * 4_194_304], SeededIds(2)
    )
    opener = Opener("NRB", KEYS["NRB"])
    opener.add_capsule("kiosk-1", capsule)
    assert opener.open("kiosk-1", subject, body) == text
    with pytest.raises(BadBatch, match="the limit is 4194304"):
        sealer.seal("NRB", b"x" * 4_194_305, subject)


def test_what_was_not_kept_is_given_again():
    sealer = make_sealer()
    first = sealer.prepare("NRB")
    assert sealer.prepare("NRB") == first
    sealer.kept("NRB")
    assert sealer.prepare("NRB") == []
    assert set(sealer.prepare("CRS")[0][1]) == {
        "capsule", "agency", "epoch", "day", "kid", "sealed"
    }  # fmt: skip


def test_the_refusal_of_another_key_says_what_to_do():
    capsules, records = sealed(make_sealer(), "NRB", [b"a"], SeededIds(2))
    opener = Opener("CRS", KEYS["CRS"])
    for act in (
        lambda: opener.add_capsule("kiosk-1", capsules[0][1]),
        lambda: opener.open("kiosk-1", records[0][0], records[0][1]),
    ):
        with pytest.raises(NotForThisAgency, match="use the key of the agency named"):
            act()
