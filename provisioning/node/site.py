"""Site: the folder of a deployment, and the folder of one node in it.

`Site` reads `site.toml` (its nodes, for tools on one machine: the demo, tests, a workbench).
`Node` is what a service gets: folder, settings, keys, verified registry and the paths of its
database, sockets and clock floor. Nothing here writes but the folders of sockets;
`enrolment/site_layout.py` does.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.clock import SystemClock
from provisioning.faults import Fault
from provisioning.identity.certificates import Certificate, IdentityFault, Registry
from provisioning.identity.keys import (
    AgencyKey,
    FileKeyStore,
    KeyFault,
    KeyStore,
    NodeKeys,
    signing_key,
)
from provisioning.identity.registry_file import load_newest
from provisioning.ids import SystemIds
from provisioning.node.boot_root import boot_root, memory_folder
from provisioning.node.private_folder import ForeignFolder, private_folder
from provisioning.settings.schema import Settings, load

SOCKET_PATH_MAX = 107
"""Bytes; Unix socket paths end there on Linux."""
_SOCKET_NAME_MAX = 18
"""Bytes of a name and its suffix: whether a folder's paths are too long is one question for all its
sockets, which point at one another."""


class SiteFault(Fault):
    """The folder is not a site, has no such node, or is not empty where it must be."""

    code = 18


class Node:
    """One node's folder: `device.toml`, `keys/`, `huduma.db`, `run/`."""

    def __init__(self, folder: Path) -> None:
        self.dir = folder
        self.settings: Settings = load(folder / "device.toml")

    @property
    def name(self) -> str:
        return self.settings.node.name

    @property
    def role(self) -> str:
        return self.settings.node.role

    @property
    def db_path(self) -> Path:
        return self.dir / "huduma.db"

    @property
    def proven_db_path(self) -> Path:
        """The database, for whoever writes: only a node that is what its certificate says does.

        Raises `IdentityFault`, or what `registry` and `keys` raise.
        """
        _ = self.certificate
        return self.db_path

    @property
    def run_dir(self) -> Path:
        """The clock floor and other marks; made (0700) when it is not there and the card takes it.
        Sockets and locks may lie elsewhere: `runtime_folder`.
        """
        path = self.dir / "run"
        with suppress(OSError):
            path.mkdir(mode=0o700, exist_ok=True)
        return path

    def lock_path(self, name: str) -> Path:
        """The lock of the service `name`: that of before, also on a card that is read-only now."""
        kept = self.dir / "run" / f"{name}.lock"
        return kept if kept.exists() else runtime_folder(self.dir) / kept.name

    @property
    def pack_dir(self) -> Path:
        """The content pack's folder, resolved against the settings file."""
        return (self.dir / self.settings.content.pack).resolve()

    @property
    def counter_table(self) -> Path | None:
        """The centre's own table of counters, resolved against the settings file."""
        name = self.settings.queue.counter_table
        return (self.dir / name).resolve() if name else None

    @property
    def service_table(self) -> Path | None:
        """The centre's own table of its services, resolved against the settings file."""
        name = self.settings.queue.service_table
        return (self.dir / name).resolve() if name else None

    @property
    def roster_table(self) -> Path | None:
        """The centre's own table of how many counters work, resolved against the settings file."""
        name = self.settings.queue.roster_table
        return (self.dir / name).resolve() if name else None

    @property
    def key_store(self) -> KeyStore:
        return FileKeyStore(self.dir / "keys")

    @cached_property
    def keys(self) -> NodeKeys:
        """The node's private keys; raises `KeyFault`."""
        return NodeKeys.load(self.key_store)

    @property
    def at_rest_root(self) -> bytes:
        """The root of the keys under which this node seals what it keeps for a while: one for
        all its processes, in memory, for this boot; raises `KeyFault`.
        """
        return boot_root(self.dir, SystemIds(SystemClock()), field=self.settings.node.field)

    @cached_property
    def root_public(self) -> bytes:
        """The root key this node was given when it was provisioned; raises `KeyFault`."""
        return _public_key(self.dir / "keys" / "root.pub")

    @cached_property
    def registry(self) -> Registry:
        """The verified registry, the newest this node has seen; raises `IdentityFault`."""
        return load_newest(self.dir / "keys" / "registry.cbor", self.root_public)

    @cached_property
    def certificate(self) -> Certificate:
        """The node's own certificate, agreeing with its settings and keys.

        Raises `IdentityFault`, or what `registry` and `keys` raise.
        """
        found = self.registry.node(self.name)
        settings = self.settings.node
        claims = {
            "role": (settings.role, found.role),
            "site": (settings.site, found.site),
            "county": (settings.county, found.county),
            "unit": (settings.unit, settings.unit if found.unit is None else found.unit),
        }
        for what, (claimed, certified) in claims.items():
            if claimed != certified:
                msg = (
                    f"device.toml of {self.name} says {what} {claimed}, the certificate says"
                    f" {certified}; correct device.toml, or enrol the node again."
                )
                raise IdentityFault(msg)
        if (found.signing, found.curve) != (self.keys.signing_public, self.keys.curve_public):
            msg = f"The keys of {self.name} are not those of its certificate; enrol it again."
            raise IdentityFault(msg)
        return found

    def clock(self, *, service: bool = False) -> SystemClock:
        """The judged time of this node; `service`: of a long-running process of it."""
        return SystemClock(self.run_dir / FLOOR_FILE, shared=service)

    def socket_path(self, name: str) -> str:
        return socket_path(self.dir, name)


FLOOR_FILE = "clock-floor"
"""In a node's run folder: the newest trusted time (`provisioning/clock.py`)."""


@dataclass(frozen=True)
class Site:
    """A deployment in one folder."""

    dir: Path
    name: str
    code: str
    county: int
    demo: bool
    entries: Mapping[str, Mapping[str, Any]]
    agency_codes: tuple[str, ...]
    workbench: bool = False
    """The folder of a real site's authority: its devices are planned here and live elsewhere."""

    @classmethod
    def open(cls, folder: Path | str) -> Site:
        """Read `folder`/site.toml; raises `SiteFault`."""
        path = Path(folder) / "site.toml"
        try:
            table = tomllib.loads(path.read_text("utf-8"))
            return cls(
                Path(folder).resolve(),
                table["name"],
                table["code"],
                table["county"],
                table["demo"],
                table["nodes"],
                tuple(table["agencies"]),
                workbench=table.get("workbench", False),
            )
        except OSError as error:
            msg = (
                f"{folder} is no site; lay one out with: huduma provision site {folder}, or a demo"
                f" with: huduma provision demo {folder}"
            )
            raise SiteFault(msg) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
            msg = f"{path} is damaged ({error}); restore it or lay the site out again."
            raise SiteFault(msg) from error

    def node(self, name: str) -> Node:
        """The node called `name`; raises `SiteFault` or the faults of its settings."""
        if name not in self.entries:
            raise SiteFault(f"This site has no node {name}; it has {', '.join(self.entries)}.")
        if self.workbench:
            msg = f"{name} is a device of its own; here is only its card, {self.dir}/cards/{name}."
            raise SiteFault(msg)
        return Node(self.dir / name)

    def nodes(self, *roles: str) -> Iterator[Node]:
        """Every node, or those of the given `roles`."""
        for name, entry in self.entries.items():
            if not roles or entry["role"] in roles:
                yield self.node(name)

    def agencies(self) -> tuple[str, ...]:
        """The codes of the agencies with a key here."""
        return self.agency_codes

    def agency_key(self, code: str) -> AgencyKey:
        """An agency's private key (demo and desks only); raises `SiteFault` or `KeyFault`."""
        if code not in self.agency_codes:
            msg = f"This site has no agency {code}; it has {', '.join(self.agency_codes)}."
            raise SiteFault(msg)
        return AgencyKey(FileKeyStore(self.dir / "agencies" / code).read("agency"))

    def answer_key(self, code: str) -> Ed25519PrivateKey:
        """The key that signs an agency's answers (demo and desks only); raises `SiteFault` or
        `KeyFault`.
        """
        if code not in self.agency_codes:
            msg = f"This site has no agency {code}; it has {', '.join(self.agency_codes)}."
            raise SiteFault(msg)
        return signing_key(FileKeyStore(self.dir / "agencies" / code).read("answers"))

    @cached_property
    def root_public(self) -> bytes:
        """The site's root key (32 bytes); raises `KeyFault`."""
        return _public_key(self.dir / "root" / "root.pub")

    @cached_property
    def registry(self) -> Registry:
        """The site's verified registry; raises `IdentityFault`."""
        return Registry.load(self.dir / "registry.cbor", self.root_public)

    def root_key(self) -> Ed25519PrivateKey:
        """The root private key (demo and workbench only); raises `KeyFault`."""
        return signing_key(FileKeyStore(self.dir / "root").read("root"))


def socket_path(node_dir: Path, name: str) -> str:
    """Where the Unix socket `name` of a node lives: in its `runtime_folder`, or, when that path is
    too long for a socket, in a 0700 folder under the temporary directory named by its hash.
    """
    folder = runtime_folder(node_dir)
    if len(os.fsencode(folder)) + 1 + _SOCKET_NAME_MAX > SOCKET_PATH_MAX:
        folder = _short_folder(folder)
    return str(folder / f"{name}.sock")


def socket_now(path: str) -> str:
    """Where the socket once at `path` (of a node's `run/`) is now: a card may turn read-only."""
    node_dir, name = Path(path).parent.parent, Path(path).stem
    return socket_path(node_dir, name) if Path(path).parent.name == "run" else path


def runtime_folder(node_dir: Path) -> Path:
    """Where a node's sockets and locks lie: its `run/`; while the card takes no write, a private
    folder in memory named by the hash of it, the same for every process. Raises `SiteFault`.
    """
    folder = Path(node_dir).resolve() / "run"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.access(folder, os.W_OK):  # also false for root where the card is read-only
        return folder
    memory = None
    with suppress(OSError):
        memory = memory_folder(folder.parent.stat().st_uid)
    if memory is None:
        return _short_folder(folder)
    return _own_folder(memory / f"run-{_digest(folder)}")


def _short_folder(folder: Path) -> Path:
    name = f"huduma-{os.getuid()}-{_digest(folder)}"
    return _own_folder(Path(tempfile.gettempdir()) / name)


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def _own_folder(folder: Path) -> Path:
    try:
        return private_folder(folder)
    except ForeignFolder as error:
        msg = f"{folder} belongs to somebody else; remove it, or move the site to a shorter path."
        raise SiteFault(msg) from error


def _public_key(path: Path) -> bytes:
    try:
        raw = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        msg = f"The public key {path} cannot be read; provision the node again."
        raise KeyFault(msg) from error
    if len(raw) != 32:
        raise KeyFault(f"The public key {path} is damaged; provision the node again.")
    return raw
