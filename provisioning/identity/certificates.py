"""Certificates and the registry: who each node is, signed by the root key.

A certificate names a node, its role, site, county and unit, and its three public keys. The
registry is the signed list of all certificates, agency keys and revoked serial numbers of a
deployment; each node holds a copy and accepts it only when it verifies against the root key it was
provisioned with. Both are COSE_Sign1 structures over deterministic CBOR maps (see `cose_sign1`).
Settings only name a node; its certificate proves the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provisioning.cbor import NotCanonical, decode, encode
from provisioning.faults import Fault
from provisioning.foreign_files import read_foreign
from provisioning.identity import cose_sign1
from provisioning.identity.keys import HPKE_PUBLIC_BYTES, key_id, signing_public

CERTIFICATE_TYPE = "application/vnd.huduma.certificate+cbor"
REGISTRY_TYPE = "application/vnd.huduma.registry+cbor"
VERSION = 1
REGISTRY_BYTES_MAX = 64 << 20
SIGNING_PUBLIC_BYTES = 32


class IdentityFault(Fault):
    """A certificate or the registry does not verify, or does not name who it should."""

    code = 17


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the root says of one node. Keys are raw: Ed25519 32, hybrid HPKE 1216, CURVE 32."""

    serial: bytes
    name: str
    role: str
    site: str
    county: int
    signing: bytes
    hpke: bytes
    curve: bytes
    not_before: datetime
    not_after: datetime
    unit: int | None = None
    """The node's number within its site; None in certificates issued before they had it."""

    @property
    def signing_key(self) -> Ed25519PublicKey:
        return signing_public(self.signing)

    def valid_at(self, moment: datetime) -> bool:
        """Whether `moment` is within the certificate's dates."""
        return self.not_before <= moment <= self.not_after


@dataclass(frozen=True, slots=True)
class AgencyPublic:
    """An agency's hybrid HPKE public key and its id; and, where it answers, the Ed25519 key (32
    bytes) that signs its answers.
    """

    code: str
    key: bytes
    signing: bytes = b""

    @property
    def kid(self) -> bytes:
        return key_id(self.key)

    @property
    def signing_key(self) -> Ed25519PublicKey | None:
        """Who signs its answers; None for an agency that gives none."""
        return signing_public(self.signing) if self.signing else None

    @classmethod
    def of_bytes(cls, code: str, keys: bytes) -> AgencyPublic:
        """From the bytes of a registry: the HPKE key, then the signing key if there is one."""
        if len(keys) not in {HPKE_PUBLIC_BYTES, HPKE_PUBLIC_BYTES + SIGNING_PUBLIC_BYTES}:
            raise ValueError(f"agency {code} has keys of {len(keys)} bytes")
        return cls(code, keys[:HPKE_PUBLIC_BYTES], keys[HPKE_PUBLIC_BYTES:])


def issue(root: Ed25519PrivateKey, certificate: Certificate) -> bytes:
    """`certificate` signed by `root`."""
    fields = {
        "v": VERSION,
        "serial": certificate.serial,
        "name": certificate.name,
        "role": certificate.role,
        "site": certificate.site,
        "county": certificate.county,
        "signing": certificate.signing,
        "hpke": certificate.hpke,
        "curve": certificate.curve,
        "from": int(certificate.not_before.timestamp()),
        "to": int(certificate.not_after.timestamp()),
    }
    if certificate.unit is not None:
        fields["unit"] = certificate.unit
    return cose_sign1.sign1(root, encode(fields), CERTIFICATE_TYPE)


def read_certificate(root: Ed25519PublicKey, encoded: bytes) -> Certificate:
    """The certificate in `encoded`; raises `IdentityFault` unless `root` signed it."""
    fields = _signed_map(root, encoded, CERTIFICATE_TYPE, "certificate")
    try:
        return Certificate(
            serial=fields["serial"],
            name=fields["name"],
            role=fields["role"],
            site=fields["site"],
            county=fields["county"],
            signing=fields["signing"],
            hpke=fields["hpke"],
            curve=fields["curve"],
            not_before=datetime.fromtimestamp(fields["from"], UTC),
            not_after=datetime.fromtimestamp(fields["to"], UTC),
            unit=fields.get("unit"),
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        msg = "A certificate has missing parts; ask the workbench for a new one."
        raise IdentityFault(msg) from error


@dataclass(frozen=True, slots=True)
class Registry:
    """Everybody who takes part, as one verified value."""

    number: int
    issued: datetime
    nodes: Mapping[str, Certificate]
    agency_keys: Mapping[str, AgencyPublic]
    revoked: frozenset[bytes] = frozenset()
    _by_curve: dict[bytes, Certificate] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_curve.update({each.curve: each for each in self.nodes.values()})

    @classmethod
    def load(cls, path: Path, root_public: bytes) -> Registry:
        """Read and verify the registry file; raises `IdentityFault`."""
        try:
            encoded = read_foreign(path, REGISTRY_BYTES_MAX)
        except OSError as error:
            msg = f"The registry {path} cannot be read ({error.strerror}); copy it from the site."
            raise IdentityFault(msg) from error
        return cls.decode(encoded, root_public)

    @classmethod
    def decode(cls, encoded: bytes, root_public: bytes) -> Registry:
        """Verify `encoded` and every certificate inside; raises `IdentityFault`."""
        try:
            root = signing_public(root_public)
        except ValueError as error:
            raise IdentityFault("The root key is damaged; provision the node again.") from error
        fields = _signed_map(root, encoded, REGISTRY_TYPE, "registry")
        try:
            certificates = [read_certificate(root, each) for each in fields["nodes"]]
            agencies = [AgencyPublic.of_bytes(*each) for each in fields["agencies"].items()]
            return cls(
                fields["number"],
                datetime.fromtimestamp(fields["issued"], UTC),
                {each.name: each for each in certificates},
                {each.code: each for each in agencies},
                frozenset(fields["revoked"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            msg = "The registry has missing parts; ask the workbench for a new one."
            raise IdentityFault(msg) from error

    def node(self, name: str) -> Certificate:
        """The certificate of `name`; raises `IdentityFault` for a stranger or a revoked node."""
        found = self.nodes.get(name)
        if found is None:
            known = ", ".join(self.nodes)
            raise IdentityFault(f"The registry knows no node {name}; it knows {known}.")
        if found.serial in self.revoked:
            raise IdentityFault(f"The certificate of {name} was revoked; enrol the node again.")
        return found

    def by_curve(self, public: bytes) -> Certificate | None:
        """The node with this CURVE key; None for a stranger or a revoked node."""
        found = self._by_curve.get(public)
        return None if found is None or found.serial in self.revoked else found

    def agency(self, code: str) -> AgencyPublic:
        """The key of agency `code`; raises `IdentityFault`."""
        found = self.agency_keys.get(code)
        if found is None:
            known = ", ".join(self.agency_keys)
            raise IdentityFault(f"The registry has no key of agency {code}; it has {known}.")
        return found

    def answer_signer(self, code: str) -> Ed25519PublicKey | None:
        """The key that signs the answers of agency `code`; None when it gives none."""
        found = self.agency_keys.get(code)
        return None if found is None else found.signing_key

    def agencies(self) -> Iterable[str]:
        return self.agency_keys.keys()


def sign_registry(
    root: Ed25519PrivateKey,
    *,
    number: int,
    issued: datetime,
    certificates: Iterable[bytes],
    agencies: Mapping[str, bytes],
    revoked: Iterable[bytes] = (),
) -> bytes:
    """A registry of signed `certificates` and agency public keys (HPKE, and signing behind it where
    the agency answers); `number` grows each time.
    """
    fields = {
        "v": VERSION,
        "number": number,
        "issued": int(issued.timestamp()),
        "nodes": list(certificates),
        "agencies": dict(agencies),
        "revoked": sorted(revoked),
    }
    return cose_sign1.sign1(root, encode(fields), REGISTRY_TYPE)


def _signed_map(
    root: Ed25519PublicKey, encoded: bytes, content_type: str, what: str
) -> dict[str, Any]:
    try:
        fields = decode(cose_sign1.verify1(root, encoded, content_type))
    except cose_sign1.BadSignature as error:
        msg = f"The {what} is not signed by this site's root key; it was altered or is foreign."
        raise IdentityFault(msg) from error
    except NotCanonical as error:
        raise IdentityFault(f"The {what} is damaged; ask the workbench for a new one.") from error
    if not isinstance(fields, dict) or fields.get("v") != VERSION:
        msg = f"The {what} has a format this version does not know; update this node."
        raise IdentityFault(msg)
    return fields
