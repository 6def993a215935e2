"""Centre client: a kiosk's requests to the centre, answered within the deadline or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from kiosk.queue.protocol import Answer, Ask, FenceNotice, encode, read_answer

SHOW_EVERY_S = 20.0


class CentreClient(Protocol):
    """One way to the authority: over a link, in this process
    (`kiosk/centre/service/local_client.py`), or the first of several that answers.
    """

    def ask(self, message: Ask) -> Answer | None:
        """The authority's answer, or None when there was none in time."""
        ...


class CentreLink(Protocol):
    """The client end of a link: `sync.transports.zmq_transport.ZmqClient`."""

    def request(self, payload: bytes, deadline_s: float) -> bytes | None:
        """The answer's bytes, or None when there was none in time."""
        ...


class RemoteCentre:
    """The authority at the other end of a link; silence past `deadline_s` is None."""

    def __init__(self, link: CentreLink, deadline_s: float) -> None:
        self._link = link
        self._deadline_s = deadline_s

    def ask(self, message: Ask) -> Answer | None:
        payload = self._link.request(encode(message), self._deadline_s)
        if payload is None:
            return None
        return read_answer(payload)


class SwitchingCentre:
    """The centre at one of several addresses: its machine, and the one that may be promoted.

    Each request waits for one of them only. Silence, or an answer of an older term than was heard
    of, sends the next request to the next address; the older machine is shown the newer term, so
    that it gives no number and calls nobody any more.
    """

    def __init__(self, clients: Sequence[CentreClient], monotonic: Callable[[], float]) -> None:
        self._clients = list(clients)
        self._monotonic = monotonic
        self._preferred = 0
        self._term, self._proof = 0, b""
        self._shown_at = 0.0

    def ask(self, message: Ask) -> Answer | None:
        self._show_the_others()
        client = self._clients[self._preferred]
        answer = client.ask(message)
        if answer is not None and answer.term < self._term:
            client.ask(FenceNotice(self._term, self._proof))
            answer = None
        if answer is None or answer.fenced:
            self._preferred = (self._preferred + 1) % len(self._clients)
            return None
        if answer.term > self._term:
            self._term, self._proof = answer.term, answer.proof
        return answer

    def _show_the_others(self) -> None:
        """Now and then, when there is a term to show: a machine that comes back hears of it."""
        if not self._term or self._monotonic() < self._shown_at + SHOW_EVERY_S:
            return
        self._shown_at = self._monotonic()
        for place, client in enumerate(self._clients):
            if place != self._preferred:
                client.ask(FenceNotice(self._term, self._proof))


class FirstReachable:
    """The first client that answers."""

    def __init__(self, clients: Sequence[CentreClient]) -> None:
        self._clients = clients

    def ask(self, message: Ask) -> Answer | None:
        for client in self._clients:
            found = client.ask(message)
            if found is not None:
                return found
        return None
