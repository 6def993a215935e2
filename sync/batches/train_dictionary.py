"""Makes `records.zdict`: `python -m sync.batches.train_dictionary` trains it on synthetic records
only, always to the same bytes. A zstd dictionary carries its samples in clear: never run this on
real ones. A changed dictionary is a new row in `compression.py`, since old values stay packed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import zstandard

from provisioning.ids import SeededIds
from sync.batches.columns import Row, fold
from sync.batches.synthetic_records import SyntheticSource
from sync.journal.journal import encode_body

SIZE = 64 << 10
_PATH = Path(__file__).parents[1] / "records.zdict"
_SUBMISSIONS, _PARTS, _SEED = 6_000, 400, 20_261_123
_START_MS = 1_793_595_600_000


def train() -> bytes:
    """The dictionary's bytes."""
    ids = SeededIds(_SEED)
    invention = SyntheticSource(ids)
    samples: list[bytes | bytearray | memoryview] = [
        invention.submission(_start(invention)).plaintext for _ in range(_SUBMISSIONS)
    ]
    samples += [_forms(invention, ids) for _ in range(_PARTS)]
    samples += [_visits(invention, ids) for _ in range(_PARTS)]
    return zstandard.train_dictionary(SIZE, samples, level=19).as_bytes()


def _start(invention: SyntheticSource) -> int:
    return _START_MS + invention.below(10**10)


def _forms(invention: SyntheticSource, ids: SeededIds) -> bytes:
    """The columns of a part of 1 to 40 submissions to one agency."""
    moment, capsule, seq = _start(invention), ids.token(16), 1 + invention.below(5_000)
    agency = invention.submission(moment).agency
    rows = []
    for index in range(1 + invention.below(40)):
        moment += invention.below(400_000)
        seq += 1 + invention.below(9)
        made = invention.submission(moment)
        body = {
            **made.clear,
            "agency": agency,
            "reference": invention.reference(agency),
            "capsule": capsule,
            "index": index,
            "sealed": ids.token(60 + invention.below(90)),
        }
        rows.append(_row(seq, moment, "form.submitted", ids, body))
    return fold(rows)[0]


def _visits(invention: SyntheticSource, ids: SeededIds) -> bytes:
    """The columns of a part of 1 to 30 visits."""
    moment, seq, rows = _start(invention), 1 + invention.below(5_000), []
    first = invention.below(600)
    site = f"HC-{1 + invention.below(60):03d}"
    day = f"2026-{1 + invention.below(12):02d}-{1 + invention.below(28):02d}"
    for place in range(1 + invention.below(30)):
        moment += invention.below(400_000)
        for kind, body in invention.visit(site, day, first + place, moment):
            seq += 1 + invention.below(3)
            rows.append(_row(seq, moment, kind, ids, body))
    return fold(rows)[0]


def _row(seq: int, moment: int, kind: str, ids: SeededIds, body: dict[str, Any]) -> Row:
    return Row(seq, moment << 16, kind, ids.uuid7().bytes, encode_body(body))


if __name__ == "__main__":
    _PATH.write_bytes(train())
    print(f"{_PATH}: {_PATH.stat().st_size} bytes")
