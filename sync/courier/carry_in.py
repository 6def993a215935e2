"""Carry in: take what lies on a stick into a node (`huduma sync import`), and leave receipts on it.

Order and number of sticks do not matter. Each file is judged by what it holds: shape, signature,
its place in its stream. What follows a gap is kept aside in the node's own folder and taken as soon
as the gap is filled. What is refused is named, stays on the stick, and stops nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.durable_files import replace_file
from provisioning.faults import Fault
from provisioning.foreign_files import read_foreign
from sync.answers.answer_store import AnswerStore
from sync.batches.batch import SEGMENT_MAX, SignedEnvelope, Stream, read_envelope
from sync.batches.chain import AppendCheck, StreamProgress
from sync.courier.carried_answers import leave_answers, take_answers
from sync.courier.signed_lists import (
    StickManifest,
    StickReceipt,
    read_manifest,
    read_receipt,
    sign_receipt,
)
from sync.courier.stick import DOWN, MANIFEST, RECEIPT, SEGMENT, UP, Stick, StickFile, segment_name
from sync.faults import BadBatch, Fork, NotSigned, ShareUsedUp, SyncRefusal
from sync.service.peer_registry import PeerRegistry
from sync.service.ports import Intake, SegmentSource

VIA = "stick"
ASIDE_MAX, ASIDE_BYTES_MAX = 4_096, 256 << 20
"""Segments kept aside behind gaps, and their bytes; what is more stays on its stick."""


@dataclass(slots=True)
class CarriedIn:
    """What an import did. `missing`: what a manifest lists and neither stick nor node has."""

    taken: int = 0
    known: int = 0
    aside: int = 0
    receipts: int = 0
    registry: int = 0
    answers: int = 0
    missing: list[str] = field(default_factory=list)
    refused: list[tuple[str, int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "taken": self.taken,
            "known": self.known,
            "aside": self.aside,
            "receipts": self.receipts,
            "registry": self.registry,
            "answers": self.answers,
            "missing": self.missing,
            "refused": [
                {"what": what, "code": code, "why": why} for what, code, why in self.refused
            ],
        }

    def refuse(self, name: str, fault: Fault) -> None:
        """Name something that was not taken."""
        self.refused.append((name, fault.code, fault.message))


@dataclass(slots=True)
class CourierImport:
    """One stick at one node. `intake` None: the node takes in no segments (a kiosk, a van).

    `bridge` lets a relay begin a stream where the stick begins (`relay.Relay.bridge`).
    """

    stick: Stick
    node: str
    key: Ed25519PrivateKey
    peers: PeerRegistry
    sources: Sequence[SegmentSource]
    aside: Path
    intake: Intake | None = None
    bridge: Callable[[SignedEnvelope, datetime], None] | None = None
    answers: AnswerStore | None = None
    done: CarriedIn = field(default_factory=CarriedIn)

    def run(self, at: datetime) -> CarriedIn:
        """Take receipts, answers and segments; then leave a receipt, and answers."""
        self._receipts(at)
        if self.answers is not None:
            self.done.answers, refused = take_answers(self.stick, self.answers, at)
            for fault in refused:
                self.done.refuse("answers", fault)
        manifests = self._manifests()
        if self.intake is not None:
            self._segments(self.intake, manifests, at)
            self._leave_receipt(self.intake, manifests, at)
            if self.answers is not None:
                leave_answers(self.stick, self.answers)
        return self.done

    def _receipts(self, at: datetime) -> None:
        for file in self.stick.lists(DOWN, RECEIPT):
            try:
                receipt = read_receipt(_whole(file), self.peers.signing_key)
                if receipt.by != self.node:
                    self._hear(receipt, at)
            except SyncRefusal as fault:
                self.done.refuse(file.name, fault)

    def _hear(self, receipt: StickReceipt, at: datetime) -> None:
        """Believe of a receipt what its signer may say: the national node and the centre of this
        site how far the national node is, any other centre what it has itself.
        """
        by = self.peers.registry.node(receipt.by)
        own = self.peers.registry.node(self.node)
        if by.role not in {"national", "centre"}:
            raise NotSigned(f"{receipt.by} is a {by.role}; it gives no receipts.")
        trusted = by.role == "national" or by.site == own.site
        for told in receipt.positions:
            heard = StreamProgress(told.stream, told.no, told.mark, told.national if trusted else 0)
            news = [source.acked(heard, at) for source in self.sources if _has(source, heard)]
            self.done.receipts += any(news)

    def _manifests(self) -> list[StickManifest]:
        found = []
        for file in self.stick.lists(UP, MANIFEST):
            try:
                found.append(read_manifest(_whole(file), self.peers.signing_key))
            except SyncRefusal as fault:
                self.done.refuse(file.name, fault)
        return found

    def _segments(self, intake: Intake, manifests: list[StickManifest], at: datetime) -> None:
        ready: list[tuple[Stream, int, Path]] = []
        for file in self.stick.segments():
            try:
                envelope = self._judge(_whole(file))
            except SyncRefusal as fault:
                self.done.refuse(file.name, fault)
                continue
            ready.append((envelope.stream, envelope.no, file.path))
        told = {
            each.stream: each.national
            for manifest in manifests
            for each in manifest.carried
            if each.stream.node == manifest.by
        }
        for stream, _, path in sorted(ready):
            try:  # read again: a stick holds more than memory should
                self._take(intake, read_foreign(path, SEGMENT_MAX), at, told.get(stream, 0))
            except (OSError, SyncRefusal) as error:
                why = BadBatch(f"{path.name} changed while it was read ({error}).")
                self.done.refuse(path.name, why)
        self._take_aside(intake, at)
        self._miss(intake, manifests)

    def _judge(self, raw: bytes) -> SignedEnvelope:
        """The envelope, signed by a node that this one carries for; raises `SyncRefusal`."""
        envelope = read_envelope(raw)
        envelope.verify(self.peers.signing_key(envelope.stream.node))
        if not self.peers.carries(self.node, envelope.stream.node):
            own, other = self.node, envelope.stream.node
            msg = f"{other} belongs to another site than {own}; take the stick to its own centre."
            raise NotSigned(msg)
        return envelope

    def _take(self, intake: Intake, raw: bytes, at: datetime, national: int) -> None:
        envelope = self._judge(raw)
        name = segment_name(envelope.stream, envelope.no)
        if self.bridge is not None and national >= envelope.no - 1:
            self.bridge(envelope, at)
        claims = self.peers.claims(envelope.stream.node)
        match intake.take(envelope, VIA, at, claims).verdict:
            case AppendCheck.NEXT:
                self.done.taken += 1
            case AppendCheck.KNOWN:
                self.done.known += 1
            case AppendCheck.GAP:
                self._keep_aside(envelope, name)
            case AppendCheck.FORK:
                msg = f"Another batch {envelope.no} of {envelope.stream.node} is stored already."
                self.done.refuse(name, Fork(msg))
            case AppendCheck.LATER:
                msg = f"{envelope.stream.node} has brought its share of the day; bring it tomorrow."
                self.done.refuse(name, ShareUsedUp(msg))

    def _keep_aside(self, envelope: SignedEnvelope, name: str) -> None:
        self.aside.mkdir(mode=0o700, exist_ok=True)
        path = self.aside / segment_name(envelope.stream, envelope.no)
        kept = [each.stat().st_size for each in self.aside.iterdir()]
        full = len(kept) >= ASIDE_MAX or sum(kept) + len(envelope.raw) > ASIDE_BYTES_MAX
        if full and not path.exists():
            msg = f"Too much waits for batches that are missing; keep the stick with {name}."
            self.done.refuse(name, ShareUsedUp(msg))
            return
        replace_file(path, envelope.raw)
        self.done.aside += 1

    def _take_aside(self, intake: Intake, at: datetime) -> None:
        """What was kept aside and follows now."""
        if not self.aside.is_dir():
            return
        for path in sorted(self.aside.glob(f"*{SEGMENT}")):
            envelope = self._kept(path)
            if envelope is None or envelope.no > intake.progress(envelope.stream).no + 1:
                continue
            claims = self.peers.claims(envelope.stream.node)
            verdict = intake.take(envelope, VIA, at, claims).verdict
            if verdict is AppendCheck.LATER:
                continue
            self.done.taken += verdict is AppendCheck.NEXT
            path.unlink()

    def _kept(self, path: Path) -> SignedEnvelope | None:
        """A segment kept aside, verified again: its node may have been revoked meanwhile."""
        try:
            return self._judge(read_foreign(path, SEGMENT_MAX))
        except OSError:
            return None
        except SyncRefusal as fault:
            self.done.refuse(path.name, fault)
            path.unlink(missing_ok=True)
            return None

    def _miss(self, intake: Intake, manifests: list[StickManifest]) -> None:
        """Name what the manifests list and is neither stored nor kept aside."""
        for manifest in manifests:
            for each in manifest.carried:
                have = intake.progress(each.stream).no
                for number in range(max(each.first, have + 1), each.last + 1):
                    kept = self.aside / segment_name(each.stream, number)
                    if not kept.exists():
                        self.done.missing.append(f"{each.stream.node} batch {number}")

    def _leave_receipt(self, intake: Intake, manifests: list[StickManifest], at: datetime) -> None:
        streams = {each.stream for manifest in manifests for each in manifest.carried}
        positions = [intake.progress(each) for each in sorted(streams)]
        held = [each for each in positions if each.no]
        if not held:
            return
        receipt = sign_receipt(self.key, StickReceipt(self.node, held), at)
        self.stick.put(DOWN, f"{self.node}{RECEIPT}", receipt)


def _whole(file: StickFile) -> bytes:
    if file.problem:
        raise BadBatch(f"{file.name} {file.problem}.")
    return file.raw


def _has(source: SegmentSource, told: StreamProgress) -> bool:
    """Whether `source` offers the stream, so that the word is about something of its own."""
    return any(each.stream == told.stream for each in source.offers())
