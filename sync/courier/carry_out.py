"""Carry out: write what a node has to send onto a stick (`huduma sync export`).

The segments are those of the wire, closed now if need be. What the national node is known to have
is left out, and removed from the stick if it lies there; so any number of sticks may be under way
at once, each complete from that point on. A stick that was pulled out is simply written again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.batches.chain import StreamProgress, short_hash
from sync.courier.signed_lists import Carried, StickManifest, sign_manifest
from sync.courier.stick import DOWN, MANIFEST, REGISTRY_FILE, UP, Stick
from sync.faults import Gap
from sync.service.ports import SegmentSource


@dataclass(slots=True)
class CarriedOut:
    """What an export did. `refused`: whose segment cannot be had, with code and why."""

    written: int = 0
    there: int = 0
    bytes: int = 0
    removed: int = 0
    refused: list[tuple[str, int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "written": self.written,
            "there": self.there,
            "bytes": self.bytes,
            "removed": self.removed,
            "refused": [
                {"what": what, "code": code, "why": why} for what, code, why in self.refused
            ],
        }


def carry_out(
    stick: Stick,
    sources: Sequence[SegmentSource],
    by: str,
    key: Ed25519PrivateKey,
    at: datetime,
    *,
    registry: bytes = b"",
    since: int | None = None,
) -> CarriedOut:
    """Write every waiting segment of `sources`, then the manifest of `by`. `since`: from this
    number on of its own stream, whatever is acknowledged. Raises `OSError` when the stick is full.
    """
    done, carried = CarriedOut(), []
    for source in sources:
        for offer in source.offers():
            own = offer.stream.node == by
            first = max(1, since) if own and since is not None else offer.national + 1
            carried.append(_stream(stick, source, offer, first, done))
            done.removed += stick.drop_segments(offer.stream, min(offer.national, first - 1))
    listed = [each for each in carried if each.marks]
    if listed:
        stick.put(UP, f"{by}{MANIFEST}", sign_manifest(key, StickManifest(by, listed), at))
    if registry:
        stick.put(DOWN, REGISTRY_FILE, registry)
    return done


def _stream(
    stick: Stick, source: SegmentSource, offer: StreamProgress, first: int, done: CarriedOut
) -> Carried:
    marks: list[bytes] = []
    for no in range(first, offer.no + 1):
        raw = source.raw(offer.stream, no)
        if raw is None:
            why = f"batch {no} cannot be had here any more; what follows was not written"
            done.refused.append((offer.stream.node, Gap.code, why))
            break
        if stick.put_segment(offer.stream, no, raw):
            done.written += 1
            done.bytes += len(raw)
        else:
            done.there += 1
        marks.append(short_hash(hashlib.sha256(raw).digest()))
    return Carried(offer.stream, first, tuple(marks), offer.national)
