"""At rest: encryption of what a node keeps in its database for a while. One AEAD, one key per
purpose.

AES-256-GCM-SIV (RFC 8452): a nonce that comes twice, as after a restored image, reveals only that
two contents are equal. The key of a purpose is HKDF-SHA256 (RFC 5869) of a root and the purpose's
name, so nothing sealed for one purpose opens for another and one key never serves two algorithms.
Stored are the nonce (12 bytes), the ciphertext and the tag (16 bytes). What the content is about
(the row it stands in) is bound as associated data: moved to another row it does not open.

The root key comes from the caller and lies on no disk: a node's is `Node.at_rest_root`, in memory
for one boot; a draft's is a key in memory or one made from the citizen's code. `root_name` says
under which root something was sealed, so that what a boot left behind is found without trying.
"""

from __future__ import annotations

from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from provisioning.ids import Ids

ROOT_BYTES = 32
_KEY_BYTES, _NONCE_BYTES = 32, 12
_NAME = b"huduma at rest: name of the root"


class SealPurpose(StrEnum):
    """What a key is for. A name never changes: it is part of the key."""

    PRINT_SPOOL = "huduma at rest: print spool"
    SMS_QUEUE = "huduma at rest: sms queue"
    DRAFT = "huduma at rest: draft"
    CODED_DRAFT = "huduma at rest: draft with a code"


class DoesNotOpen(Exception):
    """Sealed with another root, for another purpose, about another row, or altered."""


class AtRestCipher:
    """Seals and opens for one purpose. `root` is 32 unpredictable bytes, `root_name` a name of it
    that may lie beside what was sealed.
    """

    def __init__(self, root: bytes, purpose: SealPurpose, ids: Ids) -> None:
        assert len(root) == ROOT_BYTES
        key = HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(root)
        self.root_name = HKDF(hashes.SHA256(), 8, salt=None, info=_NAME).derive(root)
        self._aead = AESGCMSIV(key)
        self._ids = ids

    def seal(self, plain: bytes, about: bytes) -> bytes:
        """`plain` as it may lie on a disk, bound to `about`."""
        nonce = self._ids.token(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """What was sealed; raises `DoesNotOpen`."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
        except (InvalidTag, ValueError) as error:
            raise DoesNotOpen from error
