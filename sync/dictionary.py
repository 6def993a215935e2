"""Makes `records.zdict`: `python -m sync.dictionary` trains it on synthetic records and nothing
else, always to the same bytes. A zstd dictionary carries its samples in clear: never run this
on real ones. A changed dictionary is a new row in `compact`, since old values stay packed.
"""

from __future__ import annotations

from pathlib import Path

import zstandard

from provisioning.ids import SeededIds
from sync.columns import Row, fold
from sync.journal import encode_body
from sync.synthetic import Invention, Submission

SIZE = 64 << 10
_PATH = Path(__file__).with_name("records.zdict")
_SUBMISSIONS, _PARTS, _SEED = 6_000, 600, 20_261_123
_START_MS = 1_793_595_600_000


def train() -> bytes:
    """The dictionary's bytes."""
    ids = SeededIds(_SEED)
    invention = Invention(ids)
    samples: list[bytes | bytearray | memoryview] = [
        invention.submission(_START_MS).plaintext for _ in range(_SUBMISSIONS)
    ]
    samples += [_part(invention, ids) for _ in range(_PARTS)]
    return zstandard.train_dictionary(SIZE, samples, level=19).as_bytes()


def _part(invention: Invention, ids: SeededIds) -> bytes:
    """The columns of a part of 1 to 40 submissions or tickets of one node."""
    rows = []
    moment = _START_MS + invention.below(10**9)
    capsule = ids.token(16)
    first = invention.submission(moment)
    for place in range(1 + invention.below(40)):
        moment += invention.below(200_000)
        rows.append(_row(first, invention, capsule, place, moment, ids))
    return fold(rows)[0]


def _row(
    first: Submission,
    invention: Invention,
    capsule: bytes,
    place: int,
    moment: int,
    ids: SeededIds,
) -> Row:
    body = {
        "form": first.form,
        "version": first.version,
        "service": first.service,
        "agency": first.agency,
        "reference": f"{first.agency}-{invention.below(10**8):08d}",
        "capsule": capsule,
        "index": place,
        "sealed": ids.token(60 + invention.below(60)),
    }
    subject = ids.uuid7().bytes
    return Row(1 + place * 3, moment << 16, "form.submitted", subject, encode_body(body))


if __name__ == "__main__":
    _PATH.write_bytes(train())
    print(f"{_PATH}: {_PATH.stat().st_size} bytes")
