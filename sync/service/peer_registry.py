"""PeerRegistry: which nodes may connect, by the registry file as it is now.

The registry file is read again at most once a second, so that a new node is let in and a revoked
one is shut out of open connections without a restart. A file that does not verify is ignored: the
last good one stays in force, and an older one never takes its place, also over a restart
(`provisioning/identity/registry_file.py`). A certificate counts within its dates only, by the
judged time; a clock that is not trusted shuts nobody out.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from provisioning.clock import Clock
from provisioning.identity.certificates import Certificate, IdentityFault, Registry
from provisioning.identity.registry_file import newest_bytes, remember
from sync.batches.claims import Claims
from sync.faults import NotSigned

_LOOK_S = 1.0


class PeerRegistry:
    """The registry, read again when its file changed."""

    def __init__(self, path: Path, root_public: bytes, clock: Clock) -> None:
        self._path = path
        self._root = root_public
        self._clock = clock
        self._registry = remember(path, root_public)
        self._stamp = self._file_stamp()
        self._looked = clock.monotonic()
        self._bytes = (0, b"")

    @property
    def registry(self) -> Registry:
        """The newest registry that verifies and is not older than the one before."""
        now = self._clock.monotonic()
        if now - self._looked >= _LOOK_S:
            self._looked = now
            stamp = self._file_stamp()
            if stamp != self._stamp:
                self._stamp = stamp
                self._reload()
        return self._registry

    def newest(self) -> tuple[int, bytes]:
        """Number and bytes of the registry in force, for those who have an older one."""
        registry = self.registry
        if self._bytes[0] != registry.number:
            encoded = newest_bytes(self._path, self._root, registry.number)
            self._bytes = (registry.number, encoded) if encoded else (0, b"")
        return self._bytes

    def named(self, curve_public: bytes) -> str | None:
        """The node with this CURVE key, if it is enrolled and not revoked."""
        found = self.owner(curve_public)
        return None if found is None else found.name

    def owner(self, curve_public: bytes) -> Certificate | None:
        """The certificate with this CURVE key, if it is enrolled, not revoked and within its dates
        now.
        """
        found = self.registry.by_curve(curve_public)
        return found if found is not None and self._holds(found) else None

    def signing_key(self, node: str) -> Ed25519PublicKey:
        """The key of `node`; raises `NotSigned` for a stranger or a revoked node."""
        try:
            return self._valid(node).signing_key
        except IdentityFault as fault:
            raise NotSigned(fault.message) from fault

    def answer_signer(self, agency: str) -> Ed25519PublicKey | None:
        """The key that signs the answers of `agency`; None when it gives none."""
        return self.registry.answer_signer(agency)

    def claims(self, node: str) -> Claims:
        """What the certificate of `node` lets its entries say; raises `NotSigned`."""
        try:
            found = self._valid(node)
        except IdentityFault as fault:
            raise NotSigned(fault.message) from fault
        return Claims(found.site, found.unit)

    def may_send(self, peer: str, node: str) -> bool:
        """A node brings its own journal; a centre also those of its own site, and of any van, whose
        stick may be emptied anywhere.
        """
        try:
            bringer, owner = self._valid(peer), self._valid(node)
        except IdentityFault:
            return False
        return bringer.name == owner.name or _relays(bringer, owner)

    def carries(self, node: str, owner: str) -> bool:
        """Whether `node` takes in what a stick brings of `owner`: the national node everybody's, a
        centre that of its own site and of any van.
        """
        try:
            here, there = self._valid(node), self._valid(owner)
        except IdentityFault:
            return False
        return here.role == "national" or _relays(here, there)

    def upstream_of(self, node: str) -> Certificate:
        """Whom `node` sends to now: a kiosk to the centre of its site, all others to the national
        node; one that is revoked or out of its dates is nobody. Raises `IdentityFault`.
        """
        own = self.registry.node(node)
        role, site = ("centre", own.site) if own.role == "kiosk" else ("national", None)
        named = [
            each
            for each in self.registry.nodes.values()
            if each.role == role and site in {None, each.site}
        ]
        for each in named:
            if each.serial not in self.registry.revoked and self._holds(each):
                return each
        if named:
            msg = f"The {role} of {node} was revoked or its certificate is not valid now; renew it."
        else:
            msg = f"The registry names no {role} for {node}; enrol one."
        raise IdentityFault(msg)

    def upstream_key(self, node: str) -> bytes | None:
        """The CURVE key of whom `node` sends to now; None when that is nobody."""
        try:
            return self.upstream_of(node).curve
        except IdentityFault:
            return None

    def _valid(self, node: str) -> Certificate:
        """The certificate of `node` as it counts now; raises `IdentityFault`."""
        found = self.registry.node(node)
        if not self._holds(found):
            msg = f"The certificate of {node} is not valid now; renew it, or set the clock."
            raise IdentityFault(msg)
        return found

    def _holds(self, certificate: Certificate) -> bool:
        now = self._clock.now()
        return certificate.valid_at(now) or not self._clock.trusted

    def _file_stamp(self) -> tuple[int, int]:
        try:
            state = self._path.stat()
        except OSError:
            return (0, 0)
        return (state.st_mtime_ns, state.st_ino)

    def _reload(self) -> None:
        try:
            fresh = remember(self._path, self._root)
        except (IdentityFault, OSError):
            return
        if fresh.number >= self._registry.number:
            self._registry = fresh


def _relays(centre: Certificate, owner: Certificate) -> bool:
    return centre.role == "centre" and (centre.site == owner.site or owner.role == "van")
