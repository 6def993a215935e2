"""`huduma centre --http`, `staff` and `certificate`: the pages of a centre and who signs in there.

Where is said by `--http` and what goes with it, else by the settings `queue.pages_port` and
`queue.hall_port`. On the machine's own address pages are served in clear, for demos; on any other
they are HTTPS with the centre's own authority. The display and citizens' tickets also have a port
in clear: televisions and phones know no authority of ours, and nothing personal is on them.
"""

from __future__ import annotations

import argparse
import ipaddress
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from content.catalogue import csv_tables
from content.i18n import strings
from content.pack.pack import Pack
from kiosk.centre.api.app import CentreApi
from kiosk.centre.api.serving import WebPort, listening_socket, serve
from kiosk.centre.api.tokens import StaffRole, revoke_token
from kiosk.centre.authority import Authority
from kiosk.centre.service.server import CentreService
from kiosk.centre.web.memory import give_back_large_blocks
from kiosk.centre.web.pages import centre_pages
from kiosk.centre.web.rendering import PageContent, icon_characters
from kiosk.centre.web.staff_accounts import StaffAccounts
from kiosk.centre.web.web_certificates import WebAuthority, names_of
from kiosk.node.database import open_node_database
from kiosk.queue.faults import QueueFault
from provisioning.clock import Clock
from provisioning.faults import Fault
from provisioning.node.site import Node
from provisioning.shutdown import StopFlag
from sync.faults import NotSigned
from sync.journal.node_database import NodeDatabase
from sync.service.peer_registry import PeerRegistry
from sync.transports.zmq_transport import ZmqServer


def serve_pages(
    arguments: argparse.Namespace,
    node: Node,
    centre: Authority,
    database: NodeDatabase,
    service: CentreService,
    kiosks: ZmqServer,
    stop: StopFlag,
) -> None:
    """Serve kiosks, API and pages until SIGTERM."""
    serve(ports(PagePlace.of(arguments, node), node, centre, database), service, kiosks, stop)


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Where pages are served: address, port, the port in clear (None: none), further names."""

    address: str
    port: int
    hall_port: int | None
    names: Sequence[str]

    @classmethod
    def of(cls, arguments: argparse.Namespace, node: Node) -> PagePlace:
        """As the command says, else as the settings do."""
        chosen = node.settings.queue
        if arguments.http is not None:
            address = arguments.http_address or "127.0.0.1"
            return cls(address, arguments.http, arguments.hall, arguments.http_name)
        names = [*chosen.pages_names.split(), *arguments.http_name]
        return cls("0.0.0.0", chosen.pages_port, chosen.hall_port or None, names)  # noqa: S104

    def where(self, scheme: str, listening: socket) -> str:
        """The address for people: a name where the socket takes every address."""
        host, port = listening.getsockname()[:2]
        if ipaddress.ip_address(host).is_unspecified:
            host = names_of(host, self.names)[0]
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def ports(place: PagePlace, node: Node, centre: Authority, database: NodeDatabase) -> list[WebPort]:
    """The applications and their sockets; says where they are."""
    give_back_large_blocks()
    api = CentreApi(centre, database)
    accounts = StaffAccounts(node.dir)
    pages = centre_pages(api, page_content(node), accounts, kiosk_keys(node, database.clock))
    listening = listening_socket(place.address, place.port)
    certificate = _certificate(place, node, database)
    where = place.where("http" if certificate is None else "https", listening)
    print(f"The queue's API: {where}/api/v1", flush=True)
    print(f"Staff sign in at {where}/ and the hall's display is {where}/display", flush=True)
    found = [WebPort(api.app(pages.staff), listening, certificate)]
    if place.hall_port is not None:
        hall = listening_socket(place.address, place.hall_port)
        print(f"Display and tickets for everybody: {place.where('http', hall)}/display", flush=True)
        found.append(WebPort(api.hall_app(pages.hall), hall))
    return found


def _certificate(place: PagePlace, node: Node, database: NodeDatabase) -> Path | None:
    """A server certificate, where others than this machine can reach the pages."""
    if _own(place.address):
        return None
    authority = WebAuthority.of(node.keys.signing, node.settings.node.site)
    print(f"Tablets install: huduma centre certificate ({authority.fingerprint()})", flush=True)
    names, now = names_of(place.address, place.names), database.clock.now()
    return authority.write_server(node.run_dir, names, now, database.ids)


def _own(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def staff(arguments: argparse.Namespace, node: Node) -> int:
    """Enrol, renew, remove or list; PIN and badge are printed once and kept nowhere."""
    accounts = StaffAccounts(node.dir)
    if not arguments.name:
        for each in accounts.members().values():
            counter = "any counter" if each.counter is None else f"counter {each.counter}"
            print(f"{each.name:<20} {each.role.value:<10} {counter}")
        return 0
    database = open_node_database(node)
    revoke_token(database, arguments.name)
    if arguments.remove:
        if not accounts.remove(arguments.name):
            raise QueueFault(f"{arguments.name!r} is not on the list.")
        return 0
    role = StaffRole(arguments.role)
    pin, badge = accounts.enrol(arguments.name, role, arguments.counter, database.ids)
    print(f"PIN {pin}\nbadge {badge}")
    print("Told once; print the badge's text as a QR code.", file=sys.stderr)
    return 0


def certificate(node: Node) -> int:
    """The authority's certificate as PEM, its fingerprint beside it."""
    authority = WebAuthority.of(node.keys.signing, node.settings.node.site)
    sys.stdout.write(authority.pem().decode())
    print(f"SHA-256 {authority.fingerprint()}", file=sys.stderr)
    return 0


def page_content(node: Node) -> PageContent:
    """From the node's pack; while that cannot be read, pages show the keys of their texts."""
    site = node.settings.node.site
    try:
        pack = Pack.open(node.pack_dir, node.root_public)
        texts = strings.read(pack.read("strings.csv"))
        centres = csv_tables.read({name: pack.read(name) for name in csv_tables.NAMES}).centres
    except Fault:
        return PageContent(strings.Strings({each: {} for each in strings.LANGUAGES}), site)
    look = {Path(name).name: path for name, path in pack.under("look").items()}
    pictures = look["icons.csv"].read_bytes() if "icons.csv" in look else b""
    centre = centres.get(site)
    return PageContent(
        texts,
        centre.name if centre else site,
        look=look,
        recordings=_recordings(pack),
        icons=icon_characters(look, pictures),
    )


def _recordings(pack: Pack) -> Mapping[str, Mapping[str, Path]]:
    """`voice/LANGUAGE/PIECE.wav` by language and piece."""
    found: dict[str, dict[str, Path]] = {}
    for name, path in pack.under("voice").items():
        language, _, piece = name.partition("/")
        if piece.endswith(".wav"):
            found.setdefault(language, {})[piece.removesuffix(".wav")] = path
    return found


def kiosk_keys(node: Node, clock: Clock) -> Callable[[str], Ed25519PublicKey | None]:
    """The signing key of a kiosk or van of this site, as the registry and `clock` say now."""
    peers = PeerRegistry(node.dir / "keys" / "registry.cbor", node.root_public, clock)

    def key_of(name: str) -> Ed25519PublicKey | None:
        try:
            belongs = peers.claims(name).site == node.settings.node.site
            return peers.signing_key(name) if belongs else None
        except NotSigned:
            return None

    return key_of
