"""The device's side of enrolment: make keys, ask, take the answer, ask again before the end.

Each step is a state on the disk, written whole or not at all; after a power cut the same command
goes on where it was. A device has one set of keys for ever: keys that were written only in part
before any request was made are made again, all others are kept. Nothing here needs a network.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from provisioning.clock import EAT, SystemClock
from provisioning.durable_files import replace_file
from provisioning.enrolment.enrolment_answer import read_answer
from provisioning.enrolment.enrolment_request import (
    NONCE_BYTES,
    EnrolmentRequest,
    read_request,
    sign_request,
)
from provisioning.enrolment.faults import (
    ClockFault,
    ClocksDisagree,
    EnrolmentExpired,
    OtherDevice,
    OtherSite,
    StepMissing,
    UsedTwice,
)
from provisioning.faults import Fault
from provisioning.identity.certificates import Certificate, IdentityFault, Registry
from provisioning.identity.keys import KEY_BYTES, NODE_KEYS, FileKeyStore, KeyFault, NodeKeys
from provisioning.identity.registry_change import apply
from provisioning.identity.registry_file import remember
from provisioning.ids import Ids
from provisioning.node.site import Node
from provisioning.time_judge import DRIFT

REQUEST_DAYS = timedelta(days=7)
CLOCK_APART = timedelta(hours=24)
REQUEST_FILE = "request.cbor"


class EnrolmentState(Enum):
    """How far a device is."""

    NEW = "no keys yet"
    ASKED = "asked for its certificate"
    ENROLLED = "enrolled"
    RENEWING = "enrolled, asked for a new certificate"


def enrolment_state(node: Node) -> EnrolmentState:
    """How far `node` is, by its files alone."""
    own = _own(node)
    asked = _open_request(node, own) is not None
    if own is not None:
        return EnrolmentState.RENEWING if asked else EnrolmentState.ENROLLED
    return EnrolmentState.ASKED if asked else EnrolmentState.NEW


def request_path(node: Node) -> Path:
    """Where the request that waits for its answer lies."""
    return node.dir / "keys" / REQUEST_FILE


def require_clock(clock: SystemClock) -> datetime:
    """The time, if the machine's clock can be right; raises `ClockFault`."""
    found = clock.judgement()
    if found.behind > DRIFT or found.held:
        says = f"{found.wall.astimezone(EAT):%d %B %Y %H:%M}"
        msg = (
            f"The clock says {says} in Nairobi, which cannot be right; set it (date, its battery),"
            " or say that it is right with huduma clock confirm, then do this again."
        )
        raise ClockFault(msg)
    return found.now


def make_request(node: Node, ids: Ids, now: datetime) -> EnrolmentRequest:
    """The request of a device that is not enrolled: made once, then the same until it is answered
    or too old. Raises `UsedTwice` when it is enrolled already.
    """
    own = _own(node)
    if own is not None:
        until = f"{own.not_after.astimezone(EAT):%d %B %Y}"
        msg = f"{node.name} is enrolled already, until {until}; huduma provision renew asks anew."
        raise UsedTwice(msg)
    if node.name in node.registry.nodes:
        msg = (
            f"{node.name} is enrolled with other keys than those that lie here; restore its keys"
            " from a backup, or lay out a new device and revoke this one."
        )
        raise UsedTwice(msg)
    keys = _make_keys(node, ids)
    return _waiting(node, keys, now) or _ask(node, keys, ids, now, renews=None)


def make_renewal(node: Node, ids: Ids, now: datetime) -> EnrolmentRequest:
    """The request for the next certificate, proved by the key of the last one, also when that has
    expired. Raises `StepMissing` when there is none yet.
    """
    own = _own(node)
    if own is None:
        msg = f"{node.name} was never enrolled; ask first: huduma provision request."
        raise StepMissing(msg)
    keys = node.keys
    waiting = _waiting(node, keys, now)
    if waiting is not None and waiting.renews == own.serial:
        return waiting
    return _ask(node, keys, ids, now, renews=own.serial)


def accept(node: Node, raw: bytes, now: datetime) -> Certificate:
    """Take the answer `raw`; the certificate. Raises the faults of codes 71 to 78, or 17 when the
    registry in it does not hold.
    """
    answer = read_answer(node.root_public, raw)
    if answer.name != node.name:
        msg = f"The answer is for {answer.name}, this is {node.name}; take it to that device."
        raise OtherDevice(msg)
    own = _own(node)
    waiting = _open_request(node, own)
    if waiting is None:
        return _accepted_before(node, own, answer.registry.get("number"))
    if answer.request != waiting.id:
        msg = (
            f"The answer is for another request of {node.name} than the one that waits here"
            f" ({waiting.letters}); bring that one to the workbench."
        )
        raise OtherDevice(msg)
    if now < answer.made - CLOCK_APART:
        msg = (
            f"The clock of this device says {now.astimezone(EAT):%d %B %Y}, the answer was made on"
            f" {answer.made.astimezone(EAT):%d %B %Y}; set the clock and accept again."
        )
        raise ClocksDisagree(msg)
    if now > answer.until:
        msg = (
            f"The answer had to be accepted by {answer.until.astimezone(EAT):%d %B %Y}; make a new"
            " request (or set the clock, if it is ahead)."
        )
        raise EnrolmentExpired(msg)
    encoded = apply(_registry_path(node).read_bytes(), answer.registry)
    found = _own_in(node, Registry.decode(encoded, node.root_public))
    # The registry first: with it the device is enrolled, and the request is only in the way.
    replace_file(_registry_path(node), encoded)
    remember(_registry_path(node), node.root_public)
    request_path(node).unlink(missing_ok=True)
    return found


def bring_registry(node: Node, encoded: bytes) -> int:
    """Take a newer registry of this node's root; its number, or 0 when it is not newer. Raises
    `IdentityFault` when it does not hold.
    """
    fresh = Registry.decode(encoded, node.root_public)
    path = _registry_path(node)
    if fresh.number <= remember(path, node.root_public).number:
        return 0
    replace_file(path, encoded)
    remember(path, node.root_public)
    return fresh.number


def _accepted_before(node: Node, own: Certificate | None, number: object) -> Certificate:
    if own is None:
        msg = f"{node.name} asked for nothing; begin with: huduma provision request."
        raise StepMissing(msg)
    held = Registry.load(_registry_path(node), node.root_public).number
    if not isinstance(number, int) or number > held:
        msg = f"{node.name} asked for nothing that this answers; begin with a new request."
        raise OtherDevice(msg)
    return own  # the power went between the registry and the end, or somebody did it twice


def _own_in(node: Node, registry: Registry) -> Certificate:
    """The device's certificate in a registry just brought; raises what is wrong with it."""
    found = registry.node(node.name)
    keys, what = node.keys, node.settings.node
    if (found.signing, found.hpke, found.curve) != (
        keys.signing_public,
        keys.hpke.public,
        keys.curve_public,
    ):
        msg = f"The certificate is for other keys than those of {node.name}; make a new request."
        raise OtherDevice(msg)
    if (found.role, found.site, found.county) != (what.role, what.site, what.county):
        msg = (
            f"The certificate says {found.role} of {found.site}, county {found.county}; device.toml"
            f" says {what.role} of {what.site}, county {what.county}: correct device.toml."
        )
        raise OtherSite(msg)
    return found


def _own(node: Node) -> Certificate | None:
    """The device's certificate for its own keys, whatever its dates; None when it has none."""
    with suppress(Fault, OSError):
        registry = Registry.load(_registry_path(node), node.root_public)
        found = registry.nodes.get(node.name)
        if found is not None and found.signing == node.keys.signing_public:
            return found
    return None


def _make_keys(node: Node, ids: Ids) -> NodeKeys:
    """The device's keys; what is missing is made. A key that a power cut left in part is made
    again as long as no request names it.
    """
    store = FileKeyStore(node.dir / "keys")
    asked = request_path(node).exists()
    for name in NODE_KEYS:
        try:
            store.read(name)
        except KeyFault:
            path = store.path(name)
            if path.exists() and asked:
                raise
            path.unlink(missing_ok=True)
            store.write(name, ids.token(KEY_BYTES))
    return NodeKeys.load(store)


def _ask(
    node: Node, keys: NodeKeys, ids: Ids, now: datetime, *, renews: bytes | None
) -> EnrolmentRequest:
    what = node.settings.node
    request = EnrolmentRequest(
        name=what.name,
        role=what.role,
        site=what.site,
        county=what.county,
        unit=what.unit,
        signing=keys.signing_public,
        hpke=keys.hpke.public,
        curve=keys.curve_public,
        made=now.replace(microsecond=0),
        nonce=ids.token(NONCE_BYTES),
        root=hashlib.sha256(node.root_public).digest()[:8],
        registry=Registry.load(_registry_path(node), node.root_public).number,
        renews=renews,
    )
    signed = sign_request(request, keys)
    replace_file(request_path(node), signed.raw)
    return signed


def _waiting(node: Node, keys: NodeKeys, now: datetime) -> EnrolmentRequest | None:
    """The request that waits, when it is of these keys and young enough to be answered."""
    found = _read_waiting(node)
    young = found is not None and found.made - CLOCK_APART <= now <= found.made + REQUEST_DAYS
    return found if young and found is not None and found.signing == keys.signing_public else None


def _open_request(node: Node, own: Certificate | None) -> EnrolmentRequest | None:
    """The request that still waits for its answer. One that was answered just before the power
    went lies there and is none.
    """
    found = _read_waiting(node)
    answered = own is not None and found is not None and found.renews != own.serial
    return None if answered else found


def _read_waiting(node: Node) -> EnrolmentRequest | None:
    try:
        return read_request(request_path(node).read_bytes())
    except (Fault, OSError):
        return None


def _registry_path(node: Node) -> Path:
    path = node.dir / "keys" / "registry.cbor"
    if not path.exists():
        msg = f"{path} is not there; copy the card of {node.name} from the workbench again."
        raise IdentityFault(msg)
    return path
