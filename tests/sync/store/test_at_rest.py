"""What is sealed at rest opens with the same root, for the same purpose, about the same row."""

from __future__ import annotations

import itertools

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from provisioning.ids import SeededIds
from sync.store.at_rest import AtRestCipher, DoesNotOpen, SealPurpose

ROOT = bytes(range(32))


def cipher(purpose=SealPurpose.SMS_QUEUE, root=ROOT, seed=1):
    return AtRestCipher(root, purpose, SeededIds(seed))


@pytest.mark.parametrize("plain", [b"", b"x", b"+254712345678" * 1_000])
def test_what_was_sealed_opens(plain):
    sealed = cipher().seal(plain, b"job 1")
    assert cipher(seed=2).open(sealed, b"job 1") == plain
    assert len(sealed) == len(plain) + 12 + 16
    assert plain == b"" or plain not in sealed


def test_it_opens_about_nothing_else_and_not_altered():
    sealed = cipher().seal(b"words", b"job 1")
    flipped = [
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))
    ]
    for about, given in [(b"job 2", sealed), *((b"job 1", each) for each in flipped)]:
        with pytest.raises(DoesNotOpen):
            cipher().open(given, about)
    for short in (b"", sealed[:11], sealed[:-1]):
        with pytest.raises(DoesNotOpen):
            cipher().open(short, b"job 1")
    with pytest.raises(DoesNotOpen):
        cipher(root=bytes(32)).open(sealed, b"job 1")


def test_no_two_purposes_share_a_key():
    for one, other in itertools.permutations(SealPurpose, 2):
        with pytest.raises(DoesNotOpen):
            cipher(other).open(cipher(one).seal(b"words", b""), b"")


def test_the_bytes_are_those_of_the_standards():
    sealed = cipher(SealPurpose.PRINT_SPOOL).seal(b"slip", b"job")
    info = b"huduma at rest: print spool"
    key = HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(ROOT)
    assert AESGCMSIV(key).decrypt(sealed[:12], sealed[12:], b"job") == b"slip"
