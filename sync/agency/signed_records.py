"""Signed records: what nodes signed for an agency, whatever the national database says of it.

The national node unpacks segments into a table, and its operator could write into that table, or
take out of it. So a desk reads the segments themselves: each must be signed by the node it names
and follow the one before. What the table has beyond them is named and never opened; what it lacks
is named and opened all the same. A segment that is missing in between, or was set aside unread, is
named by its number. Segments taken off the end of a stream are missed where a centre witnessed
them (`sync.service.witness`) or this desk saw them before (`desk_memory`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from provisioning.cbor import encode
from provisioning.identity.certificates import Registry
from sync.batches.batch import Fact, SignedEnvelope, Stream, read_entries, read_envelope
from sync.batches.chain import START, AppendCheck, Tail, check_append, short_hash
from sync.faults import BadBatch, Fork, Gap, NotSigned, SyncRefusal, decode_arrived
from sync.national.store import NationalStore, SegmentBytes, Stored, stored_entry
from sync.service.witness import WITNESS_KIND

Place = tuple[str, bytes, int]


class SignedRecords:
    """The entries of a national store that their nodes signed; `faults` after reading them."""

    def __init__(
        self,
        store: NationalStore,
        signing_key: Callable[[str], Ed25519PublicKey],
        may_witness: Callable[[str, str], bool] = lambda *_: True,
    ) -> None:
        """`may_witness(centre, node)`: whether a word of the one about the other counts."""
        self._store = store
        self._signing_key = signing_key
        self._may_witness = may_witness
        self._witnessed: list[tuple[str, Fact]] = []
        self.faults: list[SyncRefusal] = []
        self.tails: dict[Stream, Tail] = {}
        """The end of every stream, after reading."""
        self.marks: dict[Stream, dict[int, bytes]] = {}
        """The marks of every stream's segments, by number."""

    def entries_for(self, audience: str) -> Iterator[Stored]:
        """Every signed entry of one audience, in order of stream and seq."""
        signed: dict[Place, Stored] = {}
        self.tails, self.marks, self._witnessed = {}, {}, []
        for row in self._store.segments():
            try:
                envelope = self._verified(row)
            except SyncRefusal as fault:
                self._name(row, fault)
                continue
            tail = self.tails.get(row.stream, START)
            head, facts = self._inside(row, envelope, audience)
            self._follows(row, envelope, tail)
            self.tails[row.stream] = Tail(envelope.no, envelope.hash, envelope.last, head)
            self.marks.setdefault(row.stream, {})[row.no] = short_hash(envelope.hash)
            for fact in facts:
                entry = _entry(row.stream, fact)
                signed[_place(entry)] = entry
        self._compare(signed, audience)
        self._hear_witnesses()
        return iter([signed[place] for place in sorted(signed)])

    def _verified(self, row: SegmentBytes) -> SignedEnvelope:
        envelope = read_envelope(row.raw)
        if (envelope.stream, envelope.no) != (row.stream, row.no):
            raise BadBatch("it is another batch than it is stored as.")
        envelope.verify(self._signing_key(row.stream.node))
        return envelope

    def _inside(
        self, row: SegmentBytes, envelope: SignedEnvelope, audience: str
    ) -> tuple[bytes | None, list[Fact]]:
        try:
            contents = read_entries(envelope)
        except SyncRefusal as fault:
            self._name(row, fault)
            return None, []
        facts = [fact for fact in contents.facts if fact.audience == audience]
        said = [fact for fact in contents.facts if fact.kind == WITNESS_KIND]
        self._witnessed += [(row.stream.node, fact) for fact in said]
        if row.aside and facts:
            self._name(row, BadBatch(f"{len(facts)} entries for you were set aside with it."))
        return contents.head, [] if row.aside else facts

    def _follows(self, row: SegmentBytes, envelope: SignedEnvelope, tail: Tail) -> None:
        verdict = check_append(tail, None, envelope)
        if verdict is AppendCheck.GAP:
            self._name(row, Gap(f"batches {tail.no + 1} to {envelope.no - 1} before it are gone."))
        elif verdict is not AppendCheck.NEXT:
            self._name(row, Fork("it does not follow the batch before it."))

    def _compare(self, signed: dict[Place, Stored], audience: str) -> None:
        listed = {_place(entry): entry for entry in self._store.entries_for(audience)}
        for place, entry in listed.items():
            if place not in signed or _said(signed[place]) != _said(entry):
                msg = f"{place[0]} entry {place[2]}: {place[0]} never signed it; it is not opened."
                self.faults.append(NotSigned(msg))
        for place in signed.keys() - listed.keys():
            msg = f"{place[0]} entry {place[2]} is signed and missing in the national table."
            self.faults.append(Gap(msg))

    def _hear_witnesses(self) -> None:
        """Each stream must reach as far as any centre saw it acknowledged."""
        furthest: dict[Stream, tuple[int, bytes, str]] = {}
        for centre, fact in self._witnessed:
            stream, no, mark = _witnessed(fact)
            if not no or stream.node == centre or not self._may_witness(centre, stream.node):
                continue
            if no > furthest.get(stream, (0, b"", ""))[0]:
                furthest[stream] = (no, mark, centre)
        for stream, (no, mark, centre) in furthest.items():
            marks, last = self.marks.get(stream, {}), self.tails.get(stream, START).no
            if last < no:
                msg = f"{stream.node} batches {last + 1} to {no}, which {centre} saw arrive,"
                self.faults.append(Gap(f"{msg} are gone from the end of its stream."))
            elif marks.get(no, mark) != mark:
                msg = f"{stream.node} batch {no} is another than the one {centre} saw arrive."
                self.faults.append(Fork(msg))

    def _name(self, row: SegmentBytes, fault: SyncRefusal) -> None:
        self.faults.append(type(fault)(f"{row.stream.node} batch {row.no}: {fault.message}"))


def signing_keys(registry: Registry) -> Callable[[str], Ed25519PublicKey]:
    """Whose signature a record may bear: of every node that was ever enrolled, for what a node
    signed before it was revoked stays its own.
    """

    def find(node: str) -> Ed25519PublicKey:
        if node not in registry.nodes:
            raise NotSigned(f"the registry knows no node {node}.")
        return registry.nodes[node].signing_key

    return find


def witnesses(registry: Registry) -> Callable[[str, str], bool]:
    """Whose word about another's stream counts: a centre's about nodes of its own site."""

    def counts(centre: str, node: str) -> bool:
        one, other = registry.nodes.get(centre), registry.nodes.get(node)
        return (
            one is not None
            and other is not None
            and (one.role == "centre" and one.site == other.site)
        )

    return counts


def _witnessed(fact: Fact) -> tuple[Stream, int, bytes]:
    """Stream, segment and mark of a witness's entry; segment 0 when it makes no sense."""
    try:
        body = decode_arrived(fact.body, "entry")
        node, epoch, no, mark = (body[name] for name in ("node", "epoch", "no", "mark"))
    except (SyncRefusal, KeyError, TypeError):
        return Stream("", b""), 0, b""
    whole = isinstance(node, str) and isinstance(epoch, bytes) and isinstance(mark, bytes)
    if not whole or type(no) is not int or not 0 < no < 1 << 53:
        return Stream("", b""), 0, b""
    return Stream(node, epoch), no, mark


def _entry(stream: Stream, fact: Fact) -> Stored:
    about: UUID = fact.subject
    return stored_entry(stream, fact.seq, fact.hlc, fact.kind, about, fact.audience, fact.body)


def _place(entry: Stored) -> Place:
    return entry.stream.node, entry.stream.db_epoch, entry.seq


def _said(entry: Stored) -> tuple[int, str, UUID, bool, bytes]:
    return entry.hlc, entry.kind, entry.subject, entry.unread, encode(entry.body)
