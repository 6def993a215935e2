"""Sync faults: why a batch, a part or a sealed record is refused. Each has a name, a code and a
sentence; the same numbers are sent in NACK frames and are the exit codes of the commands.

40 journal broken, 41 some of several things refused, 42 store, 43 malformed, 44 not for this
key, 45 link, 46 fork, 47 not all acknowledged in time, 48 gap, 49 not signed by the node,
70 the node's share of the day is used up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from provisioning.cbor import NotCanonical, decode
from provisioning.faults import INPUT_ERRORS, Fault


class SyncRefusal(Fault):
    """Something that arrived was refused; nothing of it was kept."""

    code = 41


class BadBatch(SyncRefusal):
    """The bytes are not what PROTOCOL.md describes, or exceed its limits."""

    code = 43


class NotForThisAgency(SyncRefusal):
    """A sealed record that this key does not open, or that was altered."""

    code = 44


class Fork(SyncRefusal):
    """Another batch of the same node and number is already stored: a copied or restored node."""

    code = 46


class NotAllSent(Fault):
    """The deadline passed before everything was acknowledged."""

    code = 47


class Gap(SyncRefusal):
    """A batch came before the one it follows."""

    code = 48


class NotSigned(SyncRefusal):
    """The batch is not signed by the node it names, that node is unknown or revoked, or its entries
    name another site or unit than its certificate.
    """

    code = 49


class ShareUsedUp(SyncRefusal):
    """The node has brought its share of the day; it keeps the batch and offers it again later."""

    code = 70


def decode_arrived(raw: bytes, what: str) -> Any:
    """The canonical CBOR value in bytes that arrived; raises `BadBatch` naming `what` it was."""
    try:
        return decode(raw)
    except NotCanonical as error:
        msg = f"The {what} is not what the protocol describes; its sender must send it anew."
        raise BadBatch(msg) from error


@contextmanager
def arrived(what: str) -> Iterator[None]:
    """The edge at which bytes from another node become values: whatever making them raises, memory
    that was refused included, is `BadBatch` naming `what` it was. Refusals pass as they are.
    """
    try:
        yield
    except Fault:
        raise
    except (*INPUT_ERRORS, MemoryError) as error:
        raise BadBatch(f"The {what} cannot be read ({type(error).__name__}).") from error
    except BaseException as error:
        # A library in Rust that is refused memory panics, with an exception outside `Exception`.
        if type(error).__name__ != "PanicException":
            raise
        raise BadBatch(f"The {what} cannot be read (its decoder gave up).") from error
