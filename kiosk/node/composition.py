"""The composition root: builds all parts of a node from its folder.

Everything that reads the clock, makes ids, opens a database, a pack or a socket is made here and
handed on through constructors. No Kivy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from uuid import UUID

from content.catalogue.catalogue import Catalogue
from content.faults import NotInPack
from content.form_library.form_cache import FormOpener
from kiosk.adapters.capture import camera_of, position_in, recorder_of
from kiosk.adapters.case_status import StoredCases
from kiosk.adapters.drafts import ResumableDrafts
from kiosk.adapters.feedback import StoredFacts, StoredFeedback
from kiosk.adapters.references import References
from kiosk.adapters.retention import Retention
from kiosk.adapters.slips import StoredSlips
from kiosk.adapters.sms import StoredSms
from kiosk.adapters.staff import InstalledVersions, StoredStaffPort, printer_protocols
from kiosk.adapters.staff_call import StaffBell, loudspeaker_of
from kiosk.adapters.submissions import StoredForms
from kiosk.case_reference import origin_of
from kiosk.centre.service.local_client import LocalCentre
from kiosk.node.centre_composition import authority
from kiosk.node.database import head_mark, open_node_database
from kiosk.node.handover import Handover
from kiosk.slips.builder import DocumentBuilder
from kiosk.slips.slip_recovery import recover_slips
from kiosk.ticketing.centre_client import (
    CentreClient,
    FirstReachable,
    RemoteCentre,
    SwitchingCentre,
)
from kiosk.ticketing.issuer import KioskIdentity, TicketIssuer
from kiosk.ticketing.ticket_table import ticket_of
from kiosk.visit.controller.controller import VisitController
from kiosk.visit.ports import KioskLocation, Ports
from peripherals.device_loop.control_socket import DeviceCaller
from peripherals.printing.document import Document
from peripherals.printing.spool import Spool
from peripherals.sms.queue import SmsQueue
from provisioning.clock import Clock
from provisioning.faults import Fault
from provisioning.identity.pin import PinLock
from provisioning.node.site import Node, Site
from sync.journal.head_mark import HeadMark
from sync.journal.node_database import NodeDatabase
from sync.sealing.sealer import Sealer
from sync.service.peer_registry import PeerRegistry
from sync.transports.zmq_transport import Doorbell, ZmqClient


def open_catalogue(node: Node, *, strict: bool = False) -> Catalogue:
    """The node's verified content pack; raises the faults of codes 30 to 39."""
    return Catalogue.open(node.pack_dir, node.root_public, strict=strict)


CITIZEN_PATIENCE_MS = 1_000
"""How long a citizen's touch waits for a database that another program holds."""

MASHINANI = "Huduma Mashinani"
"""What a van is called that has no outing in its settings."""


@cache
def program_version() -> str:
    """Which program runs here."""
    return version("huduma-kiosk")


def place_of(node: Node, catalogue: Catalogue, name: str, *, demo: bool) -> KioskLocation:
    """Where the node stands. A van is called by its outing, a site the pack does not know by
    `name`; the first centre of the county is then only where distances and hours are looked for.
    """
    chosen = node.settings
    site, county = chosen.node.site, f"{chosen.node.county:03d}"
    mobile = node.role == "van"
    try:
        centre = catalogue.centre(site)
        name = centre.name
    except NotInPack:
        near = [each for each in catalogue.centres() if each.county == county]
        centre = near[0] if near else catalogue.centres()[0]
    if mobile:
        name = f"{MASHINANI}: {chosen.node.outing}" if chosen.node.outing else MASHINANI
    return KioskLocation(
        site=site,
        name=name,
        centre=centre.id,
        demo=demo,
        mobile=mobile,
        keeps_hours=chosen.queue.keep_hours,
    )


def centre_client(
    node: Node, database: NodeDatabase, centre: Node | None = None, endpoint: str = ""
) -> CentreClient:
    """How this node asks for numbers. A van asks itself. `centre` is the centre's node when its
    folder is on this machine: its database is the second way, for a command without services.
    `endpoint` is used in place of the setting (a story's line that can be cut).
    """
    if node.role == "van":
        return LocalCentre(authority(node, database), node.name)
    queue = node.settings.queue
    peers = PeerRegistry(node.dir / "keys" / "registry.cbor", node.root_public, database.clock)
    link = ZmqClient(
        endpoint or queue.centre_endpoint, node.keys, lambda: peers.upstream_key(node.name)
    )
    wait_s = queue.grant_wait_ms / 1000
    clients: list[CentreClient] = [RemoteCentre(link, wait_s)]
    if queue.standby_endpoint:
        other = ZmqClient(queue.standby_endpoint, node.keys, lambda: peers.upstream_key(node.name))
        both = (clients[0], RemoteCentre(other, wait_s))
        clients = [SwitchingCentre(both, database.clock.monotonic)]
    if centre is not None:
        clients.append(LocalCentre(authority(centre, open_node_database(centre)), node.name))
    return FirstReachable(clients)


def doorbell(node: Node) -> Doorbell:
    """The node's doorbell."""
    return Doorbell(node.socket_path("bell"))


@dataclass(frozen=True, slots=True)
class TicketingParts:
    """What gives tickets: the touchscreen's core and the `huduma queue` command share it."""

    node: Node
    database: NodeDatabase
    catalogue: Catalogue
    spool: Spool
    place: KioskLocation
    receipts: DocumentBuilder
    centre: CentreClient
    issuer: TicketIssuer
    bell: Doorbell


@dataclass(frozen=True, slots=True)
class KioskParts:
    """What the core process runs."""

    controller: VisitController
    counter: TicketingParts
    sealer: Sealer
    drafts: ResumableDrafts
    retention: Retention
    cases: StoredCases
    facts: StoredFacts
    mark: HeadMark

    @property
    def issuer(self) -> TicketIssuer:
        return self.counter.issuer

    @property
    def database(self) -> NodeDatabase:
        return self.counter.database

    @property
    def bell(self) -> Doorbell:
        return self.counter.bell


def counter_of(
    site: Site,
    node: Node,
    clock: Clock | None = None,
    *,
    centre: Node | None = None,
    endpoint: str = "",
    catalogue: Catalogue | None = None,
) -> TicketingParts:
    """A kiosk's ticket issuer; `centre` and `endpoint` as in `centre_client`, `catalogue` when the
    pack is open already. Raises the faults of its parts.
    """
    bell = doorbell(node)
    try:
        database = open_node_database(
            node, clock, notify=bell.ring, patience_ms=CITIZEN_PATIENCE_MS
        )
    except Fault:
        bell.close()
        raise
    catalogue = catalogue or open_catalogue(node)
    spool = Spool(database.store, node.at_rest_root, database.clock, database.ids)
    place = place_of(node, catalogue, site.name, demo=site.demo)
    receipts = DocumentBuilder(catalogue, place, database.clock)
    way = centre_client(node, database, centre, endpoint)
    issuer = TicketIssuer(
        database=database,
        spool=spool,
        centre=way,
        catalogue=catalogue,
        identity=KioskIdentity(
            site=node.settings.node.site,
            unit=node.settings.node.unit,
            block=node.settings.queue.reserve_block,
            key=node.keys.signing,
            hall_url=node.settings.queue.hall_url,
            centre_name=place.name,
        ),
        slip=receipts.ticket,
    )
    return TicketingParts(node, database, catalogue, spool, place, receipts, way, issuer, bell)


def kiosk_of(
    site: Site,
    node: Node,
    clock: Clock | None = None,
    *,
    endpoint: str = "",
    catalogue: Catalogue | None = None,
    handed: Handover | None = None,
) -> KioskParts:
    """A kiosk's (or van's) core, ready to serve; `handed` by the core before it in this boot.
    Raises the faults of its parts.
    """
    counter = counter_of(site, node, clock, endpoint=endpoint, catalogue=catalogue)
    database = counter.database
    sealer = Sealer(
        node.registry,
        database.ids,
        database.clock,
        node=node.name,
        db_epoch=database.journal.db_epoch,
    )
    if handed is not None:
        sealer.go_on(handed.capsules)
        counter.issuer.go_on(handed.heard)
    days = node.settings.ui.draft_days
    drafts = ResumableDrafts(database, keep_days=days)
    retention = Retention(
        database,
        drafts,
        site=node.settings.node.site,
        keep_days=node.settings.ui.keep_days,
    )
    cases = StoredCases(database, None if node.role == "van" else counter.centre)
    facts = StoredFacts(database)
    return KioskParts(
        controller=VisitController(
            _ports(counter, sealer, drafts, cases, facts), handed.screen if handed else None
        ),
        counter=counter,
        sealer=sealer,
        drafts=drafts,
        retention=retention,
        cases=cases,
        facts=facts,
        mark=head_mark(node),
    )


def _ports(
    counter: TicketingParts,
    sealer: Sealer,
    drafts: ResumableDrafts,
    cases: StoredCases,
    facts: StoredFacts,
) -> Ports:
    database, node, ui = counter.database, counter.node, counter.node.settings.ui
    forms, words = _written(counter, sealer, drafts)
    slips = _slips(counter)
    sms = _sms(counter)
    _after_a_power_cut(counter, forms, words, slips, sms)
    return Ports(
        catalogue=counter.catalogue,
        clock=database.clock,
        ids=database.ids,
        tickets=counter.issuer,
        submissions=forms,
        feedback=words,
        slips=slips,
        facts=facts,
        cases=cases,
        place=counter.place,
        opener=FormOpener(),
        staff=_staff(counter),
        staff_call=_bell(counter),
        sms=sms,
        idle_s=ui.idle_s,
        warn_s=ui.warn_s,
        language=ui.language,
        theme=ui.theme,
        keep_days=ui.keep_days,
        draft_days=ui.draft_days,
        assisted=node.role == "van",
        camera=camera_of(node, database.clock, database.ids),
        recorder=recorder_of(node, database.clock),
        position=position_in(database.store, database.clock),
    )


def _written(
    counter: TicketingParts, sealer: Sealer, drafts: ResumableDrafts
) -> tuple[StoredForms, StoredFeedback]:
    """What keeps what citizens write; both give references out of one row of numbers."""
    node = counter.node.settings.node
    agencies = counter.node.registry.agencies()
    references = References(counter.database, origin_of(node.site, node.unit))
    forms = StoredForms(
        counter.database,
        counter.spool,
        sealer,
        drafts=drafts,
        builder=counter.receipts,
        references=references,
        agencies=agencies,
    )
    forms.forget_all_drafts()
    words = StoredFeedback(
        counter.database,
        counter.spool,
        sealer,
        place=counter.place,
        agencies=agencies,
        references=references,
        builder=counter.receipts,
    )
    return forms, words


def _slips(counter: TicketingParts) -> StoredSlips:
    database, receipts = counter.database, counter.receipts

    def reissue(visit: UUID, language: str) -> Document | None:
        ticket = ticket_of(database.store, visit)
        if ticket is None:
            return None
        service = counter.catalogue.service(ticket.service)
        return receipts.ticket(counter.issuer.issued(ticket), service, language)

    return StoredSlips(database, counter.spool, receipts, reissue=reissue)


def _after_a_power_cut(
    counter: TicketingParts,
    forms: StoredForms,
    words: StoredFeedback,
    slips: StoredSlips,
    sms: StoredSms | None,
) -> None:
    """What waited in the boot before is made again from the journal (ADR 0012)."""
    (counter.node.dir / "keys" / "spool.key").unlink(missing_ok=True)  # of installations before it
    makers = {
        "ticket": slips.ticket_again,
        "checklist": slips.checklist_again,
        "case": slips.case_again,
        "receipt": forms.receipt_again,
        "feedback": words.slip_again,
    }
    recover_slips(counter.database, counter.spool, makers)
    if sms is not None:
        sms.recover(slips.again)


def _sms(counter: TicketingParts) -> StoredSms | None:
    """The way to the modem's queue; None where the settings name no modem."""
    node, database = counter.node, counter.database
    if node.settings.devices.sms == "none:":
        return None
    queue = SmsQueue(database.store, node.at_rest_root, database.clock, database.ids)
    return StoredSms(database, counter.spool, queue)


def _bell(counter: TicketingParts) -> StaffBell:
    """How a citizen calls for a person."""
    node = counter.node
    light = node.settings.devices.gpio != "none:"
    device = DeviceCaller(f"ipc://{node.socket_path('equipment')}") if light else None
    centre = None if node.role == "van" else counter.centre
    return StaffBell(device, centre, loudspeaker_of(node))


def _staff(counter: TicketingParts) -> StoredStaffPort:
    """The staff's side of this node."""
    node, database, pack = counter.node, counter.database, counter.catalogue
    return StoredStaffPort(
        database,
        counter.spool,
        PinLock(node.dir / "keys", database.clock),
        site=node.settings.node.site,
        printers=printer_protocols(node),
        installed=InstalledVersions(pack.content_date, pack.version, program_version()),
        room_mb_min=node.settings.node.disk_free_mb_min,
    )
