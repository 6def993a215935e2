"""The centre's web certificate: HTTPS for staff pages without anybody outside the site.

Browsers take no Ed25519 certificate, so the centre has a web authority of its own: an ECDSA P-256
key derived from the node's signing key (HKDF, RFC 5869), the same at every start. Tablets install
its certificate once (`huduma centre certificate`); the server's key is new at each start, is kept
in the node's run folder (0600) and is signed for the names under which the centre is reached.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioning.durable_files import replace_file
from provisioning.ids import Ids

SERVER_DAYS = 397
SLOW_DAYS = 7
"""A tablet whose clock is slow by so much is let in."""
_BEGINS = datetime(2025, 1, 1, tzinfo=UTC)
_ENDS = datetime(2050, 1, 1, tzinfo=UTC)
_PURPOSE = b"huduma centre web authority 1"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256 (FIPS 186-5)."""


@dataclass(frozen=True, slots=True)
class WebAuthority:
    """Signs the certificates of one centre's pages."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def of(cls, signing: Ed25519PrivateKey, site: str) -> WebAuthority:
        """The authority that follows from the node's signing key."""
        seed = HKDF(hashes.SHA256(), 48, None, _PURPOSE).derive(signing.private_bytes_raw())
        key = ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
        name = _name(f"Huduma {site} pages")
        serial = int.from_bytes(seed[:8], "big") | 1
        usage = _usage(signs_certificates=True)
        made = (
            _builder(name, name, key, serial, _BEGINS, _ENDS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
        )
        return cls(key, made)

    def pem(self) -> bytes:
        """What a tablet installs."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def fingerprint(self) -> str:
        """SHA-256 in pairs, to compare with what the tablet shows."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def write_server(self, folder: Path, names: Sequence[str], now: datetime, ids: Ids) -> Path:
        """A new server key and certificate for `names` in one PEM file of `folder`."""
        key = ec.generate_private_key(ec.SECP256R1())
        serial = int.from_bytes(ids.token(16), "big") >> 1 | 1
        begins = max(now, _BEGINS) - timedelta(days=SLOW_DAYS)
        ends = begins + timedelta(days=SERVER_DAYS)
        made = (
            _builder(_name(names[0]), self.certificate.subject, key, serial, begins, ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([_alternative(each) for each in names]), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = folder / "web.pem"
        replace_file(path, secret + made.public_bytes(serialization.Encoding.PEM) + self.pem())
        return path


def names_of(address: str, further: Sequence[str] = ()) -> list[str]:
    """Under what a server on `address` is reached: `further` names, the address when it is one
    machine's, and this machine's own name.
    """
    found = list(further)
    if address not in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        found.append(address)
    host = socket.gethostname()
    found += [host, f"{host.partition('.')[0]}.local"]
    return list(dict.fromkeys(found))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    serial: int,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
