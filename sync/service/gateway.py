"""Gateway: the receiving half of the engine; connects transport, receiver and intake.

Every whole segment is checked (shape, announced name, signature) before an intake sees it, and
nothing is acknowledged before the intake's transaction has returned. Nodes take turns: each has one
segment or one HELLO served, then the next node; what one sends beyond its share is dropped, which
it may be (the sender asks again).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from provisioning.clock import Clock
from sync.answers.answer_store import AnswerStore
from sync.answers.downlink import is_downlink, read_ask, reply_to
from sync.batches.batch import Stream, read_envelope
from sync.batches.chain import MARK_BYTES, AppendCheck, StreamProgress
from sync.faults import BadBatch, Fork, ShareUsedUp, SyncRefusal, arrived
from sync.protocol import receiver
from sync.protocol.frames import CHUNK_MAX, RegistryPart, to_bytes
from sync.service.ports import Intake, PeerDirectory, ServerLink

_TURN_S = 0.5
_WAITING_MAX = 256
_PAYLOAD_MAX = CHUNK_MAX + 1024
_HELLOS_AT_ONCE = 16.0


class Gateway:
    """Takes in segments from `link` into `intake`, and answers."""

    def __init__(
        self,
        link: ServerLink,
        intake: Intake,
        peers: PeerDirectory,
        server_epoch: bytes,
        clock: Clock,
        registry: Callable[[], tuple[int, bytes]] | None = None,
        answers: AnswerStore | None = None,
    ) -> None:
        """`registry`: number and bytes of the newest one, for whoever asks with an older."""
        self._registry = registry
        self._link = link
        self._intake = intake
        self._peers = peers
        self._clock = clock
        self._answers = answers
        self._receiver = receiver.Receiver(server_epoch, peers.may_send)
        self._waiting: dict[str, deque[bytes]] = {}
        self._hellos: dict[str, tuple[float, float]] = {}
        self.refusals = 0
        """Frames and segments turned away since the start."""

    def turn(self) -> bool:
        """Serve everything that has come; True when a segment was stored."""
        stored, began = False, self._clock.monotonic()
        self._gather()
        while self._waiting and self._clock.monotonic() - began < _TURN_S:
            for peer in list(self._waiting):
                stored = self._serve(peer) or stored
            self._gather()  # whoever spoke meanwhile has a place in the next round
        return stored

    def tell(self, stream: Stream, national: int) -> None:
        """News from further up: pass it on to whoever sent that stream."""
        here = replace(self._intake.progress(stream), national=national)
        replies = self._receiver.stored(here)
        # Who was revoked meanwhile, or whose certificate ran out, hears nothing more.
        self._reply([each for each in replies if self._peers.may_send(each.peer, each.peer)])

    def _gather(self) -> None:
        for request in self._link.poll(0):
            queue = self._waiting.setdefault(request.peer, deque())
            if len(queue) < _WAITING_MAX and len(request.payload) <= _PAYLOAD_MAX:
                queue.append(request.payload)
            else:
                self.refusals += 1
            if not queue:
                del self._waiting[request.peer]

    def _serve(self, peer: str) -> bool:
        """One node's share of a round; True when a segment was stored."""
        queue, stored, worked = self._waiting[peer], False, False
        while queue and not worked:
            try:
                with arrived("frame"):
                    if is_downlink(queue[0]):
                        worked = self._answer(peer, queue.popleft())
                        continue
                    for action in self._receiver.receive(peer, queue.popleft()):
                        worked = worked or not isinstance(action, receiver.Reply)
                        stored = self._do(action) or stored
            except SyncRefusal:
                self.refusals += 1
        if not queue:
            del self._waiting[peer]
        return stored

    def _answer(self, peer: str, frame: bytes) -> bool:
        """A node asks for answers of agencies; as seldom as it may say HELLO."""
        asked = read_ask(frame)
        if self._answers is None or not self._may_greet(peer):
            self.refusals += 1
        elif self._peers.may_send(peer, peer):  # enrolled, not revoked, within its dates
            self._link.push(peer, reply_to(asked, self._answers))
        return True

    def _may_greet(self, peer: str) -> bool:
        """Whether `peer` has a HELLO left: some at once, then one a second."""
        now = self._clock.monotonic()
        left, at = self._hellos.get(peer, (_HELLOS_AT_ONCE, now))
        left = min(_HELLOS_AT_ONCE, left + now - at)
        self._hellos[peer] = (max(0.0, left - 1), now)
        return left >= 1

    def _do(self, action: receiver.Action) -> bool:
        match action:
            case receiver.Reply():
                self._reply([action])
            case receiver.Greet():
                self._greet(action)
            case receiver.Inform():
                self._inform(action)
            case receiver.Ingest():
                return self._ingest(action)
        return False

    def _greet(self, greet: receiver.Greet) -> None:
        if not self._may_greet(greet.peer):
            self.refusals += 1
            return
        now = self._clock.now()
        stored, forks, later = [], set(), set()
        for offer in greet.offers:
            stream = offer.stream
            if not self._peers.may_send(greet.peer, stream.node):
                stored.append(StreamProgress(stream, 0, bytes(MARK_BYTES), 0))  # nothing to tell it
                continue
            stored.append(self._intake.progress(stream))
            if self._intake.contradicts(stream, offer.last, offer.mark, now):
                forks.add(stream)
            elif offer.last > stored[-1].no and self._intake.share_used_up(stream.node, now):
                later.add(stream)
        self._reply(self._receiver.greet(greet.peer, greet.session, stored, forks, later))

    def _inform(self, asked: receiver.Inform) -> None:
        if self._registry is None or not self._may_greet(asked.peer):
            self.refusals += 1
            return
        number, encoded = self._registry()
        if number > asked.number:
            payload = encoded[asked.offset : asked.offset + CHUNK_MAX]
            part = RegistryPart(asked.session, number, asked.offset, len(encoded), payload)
            self._reply([receiver.Reply(asked.peer, to_bytes(part))])

    def _ingest(self, arrived: receiver.Ingest) -> bool:
        peer, stream, no = arrived.peer, arrived.stream, arrived.no
        try:
            envelope = read_envelope(arrived.raw)
            if (envelope.stream, envelope.no) != (stream, no):
                raise BadBatch("A batch is not the one its sender announced.")
            envelope.verify(self._peers.signing_key(stream.node))
            claims = self._peers.claims(stream.node)
        except SyncRefusal as fault:
            self.refusals += 1
            self._reply(self._receiver.refused(peer, stream, no, fault.code))
            return False
        taken = self._intake.take(envelope, peer, self._clock.now(), claims)
        match taken.verdict:
            case AppendCheck.NEXT:
                self._reply(self._receiver.stored(taken.progress))
            case AppendCheck.KNOWN:
                self._reply(self._receiver.repeat(peer, taken.progress))
            case AppendCheck.GAP:
                self._reply(self._receiver.behind(peer, taken.progress))
            case AppendCheck.FORK:
                self.refusals += 1
                self._reply(self._receiver.refused(peer, stream, no, Fork.code))
            case AppendCheck.LATER:
                self.refusals += 1
                self._reply(self._receiver.refused(peer, stream, no, ShareUsedUp.code))
        return taken.verdict is AppendCheck.NEXT

    def _reply(self, replies: Sequence[receiver.Reply]) -> None:
        for reply in replies:
            # Not delivered means not acknowledged: the sender asks again.
            self._link.push(reply.peer, reply.frame)
