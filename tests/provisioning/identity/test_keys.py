"""Keys: made once, kept private, damage found, and the same bytes everybody else computes."""

from __future__ import annotations

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from zmq.utils import z85

from provisioning.identity.keys import (
    HPKE_PUBLIC_BYTES,
    NODE_KEYS,
    FileKeyStore,
    HpkeKey,
    KeyFault,
    NodeKeys,
    NotForThisKey,
    fingerprint,
    hpke_public,
    seal,
)
from provisioning.ids import SeededIds

# draft-connolly-cfrg-xwing-kem, appendix C, first vector: the seed and the head of its public key.
XWING_SEED = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
XWING_PUBLIC = (
    "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5"
    "b19cfc3da5fa1a92c49f25513e0fd30d6b1611c9ab9635d7086727a4b7d21d34"
)


def test_keys_are_private_files_in_a_private_folder_and_read_back(tmp_path, ids):
    store = FileKeyStore(tmp_path / "keys")
    made = NodeKeys.create(store, ids)
    again = NodeKeys.load(FileKeyStore(tmp_path / "keys"))
    assert made.signing_public == again.signing_public
    assert made.curve_public == again.curve_public
    assert made.hpke == again.hpke
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = sorted(path.name for path in (tmp_path / "keys").iterdir())
    assert files == sorted(f"{name}.key" for name in NODE_KEYS)
    assert {stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) for name in files} == {0o600}
    assert store.problems() == []


def test_a_key_is_never_overwritten(tmp_path, ids):
    store = FileKeyStore(tmp_path / "keys")
    before = NodeKeys.create(store, ids)
    with pytest.raises(KeyFault, match="never overwritten"):
        NodeKeys.create(store, ids)
    assert NodeKeys.load(store).curve_secret == before.curve_secret


def test_any_altered_or_missing_byte_of_a_key_file_is_found(tmp_path, ids):
    store = FileKeyStore(tmp_path)
    store.write("spool", ids.token(32))
    path, good = store.path("spool"), store.path("spool").read_bytes()
    for place in range(len(good) - 1):  # the last byte is the line end
        for bad in (good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :], good[:place]):
            path.write_bytes(bad)
            with pytest.raises(KeyFault, match="damaged"):
                store.read("spool")
    path.unlink()
    with pytest.raises(KeyFault, match="cannot be read"):
        store.read("spool")


def test_swapped_key_files_are_found(tmp_path, ids):
    store = FileKeyStore(tmp_path)
    for name in ("signing", "curve"):
        store.write(name, ids.token(32))
    store.path("signing").rename(tmp_path / "was")
    store.path("curve").rename(store.path("signing"))
    with pytest.raises(KeyFault, match="damaged"):
        store.read("signing")


def test_keys_open_to_others_are_told_with_the_command_that_closes_them(tmp_path, ids):
    store = FileKeyStore(tmp_path / "keys")
    NodeKeys.create(store, ids)
    store.path("curve").chmod(0o640)
    store.folder.chmod(0o755)
    assert [each.split("chmod ")[1].split()[0] for each in store.problems()] == ["700", "600"]


def test_nothing_secret_is_in_a_repr(tmp_path, ids):
    keys = NodeKeys.create(FileKeyStore(tmp_path), ids)
    shown = repr(keys) + repr(keys.hpke) + repr([keys])
    for secret in (keys.hpke.seed, keys.curve_secret):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown


def test_the_hybrid_key_is_the_one_of_the_xwing_specification():
    key = HpkeKey(bytes.fromhex(XWING_SEED))
    assert len(key.public) == HPKE_PUBLIC_BYTES
    assert key.public.hex().startswith(XWING_PUBLIC)


def test_sealed_opens_only_with_the_key_and_the_info_it_was_sealed_to(ids):
    key, other = HpkeKey(ids.token(32)), HpkeKey(ids.token(32))
    sealed = seal(key.public, b"capsule secret", b"agency NRB, 23 Nov")
    assert len(sealed) == 1120 + len(b"capsule secret") + 16
    assert key.open(sealed, b"agency NRB, 23 Nov") == b"capsule secret"
    assert seal(hpke_public(key.public), b"x", b"") != seal(key.public, b"x", b"")
    wrong = [
        (other, sealed, b"agency NRB, 23 Nov"),
        (key, sealed, b"agency NRB, 24 Nov"),
        (key, sealed[:-1], b"agency NRB, 23 Nov"),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"agency NRB, 23 Nov"),
        (key, bytes([sealed[0] ^ 1]) + sealed[1:], b"agency NRB, 23 Nov"),
        (key, b"", b"agency NRB, 23 Nov"),
    ]
    for opener, box, info in wrong:
        with pytest.raises(NotForThisKey):
            opener.open(box, info)


def test_a_public_key_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="1216"):
        hpke_public(bytes(1215))


def test_our_curve_keys_are_zeromqs_curve_keys(tmp_path):
    import zmq

    keys = NodeKeys.create(FileKeyStore(tmp_path), SeededIds(3))
    assert zmq.curve_public(z85.encode(keys.curve_secret)) == z85.encode(keys.curve_public)
    public, secret = zmq.curve_keypair()
    ours = X25519PrivateKey.from_private_bytes(z85.decode(secret.decode())).public_key()
    assert z85.encode(ours.public_bytes_raw()) == public


def test_a_fingerprint_is_eight_letters_nobody_mishears():
    seen = {fingerprint(bytes([each])) for each in range(200)}
    assert len(seen) == 200
    assert all(len(each) == 9 and each[4] == "-" for each in seen)
    assert not set("".join(seen)) & set("01IO")
