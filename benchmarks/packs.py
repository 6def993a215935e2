"""Content: building and opening the default pack, and a search while somebody types.

The searches are what people type in the tests of the search, and one of eight misspelt words.
Writes `benchmarks/out/content.json`.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.authoring.build import build_default
from content.catalogue.catalogue import Catalogue
from provisioning.clock import SystemClock
from tests.content.search.test_index import FIRST

HARDEST = "naomba kubadilisha kitambulisho changu kilichopotea certificatte of registraton"
ROUNDS = 5


def measure(folder: Path) -> dict[str, float]:
    """Wall times: seconds for the pack, milliseconds for a query (median and the worst of all)."""
    signer = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    root = signer.public_key().public_bytes_raw()
    begun = time.perf_counter()
    build_default(folder / "pack", signer, SystemClock().now())
    built = time.perf_counter()
    catalogue = Catalogue.open(folder / "pack", root)
    opened = time.perf_counter()
    typed = [HARDEST, *(text for text, _ in FIRST)]
    taken = sorted(_query_ms(catalogue, text) for _ in range(ROUNDS) for text in typed)
    return {
        "build_s": built - begun,
        "open_s": opened - built,
        "query_ms_median": statistics.median(taken),
        "query_ms_p99": taken[int(len(taken) * 0.99)],
    }


def _query_ms(catalogue: Catalogue, text: str) -> float:
    begun = time.perf_counter()
    catalogue.search(text)
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        figures = {name: round(value, 3) for name, value in measure(Path(folder)).items()}
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / "content.json").write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:<18} {value:>10,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
