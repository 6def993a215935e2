"""Centre client: a kiosk's requests to the centre, answered within the deadline or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kiosk.queue.protocol import Answer, Ask, encode, read_answer


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
