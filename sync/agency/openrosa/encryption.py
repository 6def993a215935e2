"""ODK's encrypted-submission envelope, as Collect writes it (getodk/xforms-spec).

Per record a random 256-bit AES key. File i is encrypted with AES-256-CFB128 and PKCS#7 padding
under an IV that starts as MD5(instanceID + key) and has byte (i mod 16) incremented before file
i; attachments come first, the XML last. The key, and the MD5 of the signature text, travel under
RSA-OAEP with SHA-256 for the hash *and* for MGF1 (ODK Central's decryptor insists on both).
MD5 is the format's choice; it carries no secret here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256

from provisioning.faults import Fault
from provisioning.ids import Ids
from sync.agency.openrosa.submission import Submission

ENCRYPTED_NAMESPACE = "http://www.opendatakit.org/xforms/encrypted"
META_NAMESPACE = "http://openrosa.org/xforms"


class NoSuchKey(Fault):
    """The form asks for encryption but its public key cannot be read."""

    code = 68


def public_key(base64_key: str) -> RSAPublicKey:
    """The RSA key of a form's `base64RsaPublicKey`; raises `NoSuchKey`."""
    try:
        key = serialization.load_der_public_key(base64.b64decode(base64_key))
    except ValueError as error:
        raise NoSuchKey(
            "The form's public key is damaged; ask its author for a new one."
        ) from error
    if not isinstance(key, RSAPublicKey):
        raise NoSuchKey("The form's public key is not an RSA key; ask its author for a new one.")
    return key


def encrypt(submission: Submission, key: RSAPublicKey, ids: Ids) -> Submission:
    """The same submission as ODK's envelope: a manifest, and every file with `.enc` added."""
    secret = ids.token(32)
    vectors = _vectors(submission.instance_id, secret)
    files = {
        f"{name}.enc": _encrypt(content, secret, next(vectors))
        for name, content in submission.attachments.items()
    }
    media = tuple(files)
    files["submission.xml.enc"] = _encrypt(submission.xml, secret, next(vectors))
    wrapped = _wrap(secret, key)
    signature = _wrap(hashlib.md5(_signed_text(submission, wrapped)).digest(), key)  # noqa: S324 - the format's digest
    return Submission(
        submission.instance_id,
        submission.form_id,
        submission.version,
        _manifest(submission, wrapped, signature, media),
        files,
    )


def _vectors(instance_id: str, secret: bytes) -> Iterator[bytes]:
    seed = bytearray(hashlib.md5(instance_id.encode() + secret).digest())  # noqa: S324 - the format's digest
    position = 0
    while True:
        seed[position % 16] = (seed[position % 16] + 1) % 256
        position += 1
        yield bytes(seed)


def _encrypt(content: bytes, secret: bytes, vector: bytes) -> bytes:
    padder = padding.PKCS7(128).padder()
    padded = padder.update(content) + padder.finalize()
    cipher = Cipher(AES256(secret), CFB(vector)).encryptor()
    return cipher.update(padded) + cipher.finalize()


def _wrap(content: bytes, key: RSAPublicKey) -> str:
    oaep = OAEP(mgf=MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    return base64.b64encode(key.encrypt(content, oaep)).decode()


def _signed_text(submission: Submission, wrapped: str) -> bytes:
    lines = [submission.form_id]
    if submission.version:
        lines.append(submission.version)
    lines += [wrapped, submission.instance_id]
    for name, content in [*submission.attachments.items(), ("submission.xml", submission.xml)]:
        lines.append(f"{name}::{hashlib.md5(content).hexdigest()}")  # noqa: S324 - the format's digest
    return "".join(f"{line}\n" for line in lines).encode()


def _manifest(
    submission: Submission, wrapped: str, signature: str, media: tuple[str, ...]
) -> bytes:
    version = f" version={quoteattr(submission.version)}" if submission.version else ""
    parts = "".join(f"<media><file>{escape(name)}</file></media>" for name in media)
    return (
        f'<data xmlns="{ENCRYPTED_NAMESPACE}" id={quoteattr(submission.form_id)}{version}'
        f' encrypted="yes"><base64EncryptedKey>{wrapped}</base64EncryptedKey>'
        f'<orx:meta xmlns:orx="{META_NAMESPACE}"><orx:instanceID>{escape(submission.instance_id)}'
        f"</orx:instanceID></orx:meta>{parts}<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
        f"<base64EncryptedElementSignature>{signature}</base64EncryptedElementSignature></data>"
    ).encode()
