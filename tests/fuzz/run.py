"""Fuzzes one parser, guided by coverage (atheris): `python -m tests.fuzz.run NAME OUT [--inputs N]`.

The project's modules are instrumented as they are imported. What a parser raises that is not its
own is noted once a kind and place, with the shortest input, and the run goes on; OUT gets the
figures as JSON. An input that takes longer than 10 s or more than 1 GB ends the run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import atheris

from tests.fuzz.odd_values import ODD_TEXTS, StructureAware, altered, as_word

SEED = 20261130
LIMIT_S, LIMIT_MB = 20, 1_024


def main() -> None:
    asker = argparse.ArgumentParser(description=__doc__)
    asker.add_argument("name")
    asker.add_argument("out", type=Path)
    asker.add_argument("--inputs", type=int, default=0)
    asked = asker.parse_args()
    with atheris.instrument_imports(
        include=["kiosk", "sync", "peripherals", "content", "provisioning"]
    ):
        from tests.fuzz.parsers import PARSERS, folder_of_its_own

        row = PARSERS[asked.name]
        parse, seeds = row.make()
        list(map(_tried(parse, row.own), seeds := list(seeds)))  # what is imported late
    corpus = folder_of_its_own()
    for number, seed in enumerate([*seeds, *altered(seeds)]):
        (corpus / str(number)).write_bytes(seed)
    words = corpus.with_suffix(".dict")
    words.write_text("".join(f'"{as_word(each)}"\n' for each in ODD_TEXTS))
    inputs = asked.inputs or row.inputs
    watch = Watch(parse, row.own, inputs, asked.out)
    atheris.Setup(
        [
            sys.argv[0],
            f"-runs={inputs}",
            f"-seed={SEED}",
            f"-max_len={row.longest}",
            f"-timeout={LIMIT_S}",
            f"-rss_limit_mb={LIMIT_MB}",
            "-len_control=0",
            "-verbosity=0",
            "-detect_leaks=0",
            f"-dict={words}",
            f"-artifact_prefix={corpus}/",
            str(corpus),
        ],
        watch.one,
        custom_mutator=StructureAware(seeds, _as_bytes).mutate,
    )
    atheris.Fuzz()


def _as_bytes(octets: bytes, longest: int) -> bytes:
    return atheris.Mutate(octets, longest)  # `Fuzz` puts another in its place: never kept


def _tried(parse: Any, own: Any) -> Any:
    def tried(seed: bytes) -> None:
        try:
            parse(seed)
        except own:
            pass
        except Exception:  # noqa: BLE001 - the run itself will note it
            pass

    return tried


class Watch:
    """Counts inputs, keeps the slowest, and what was raised that should not have been."""

    def __init__(self, parse: Any, own: Any, inputs: int, out: Path) -> None:
        self._parse, self._own, self._inputs, self._out = parse, own, inputs, out
        self._count, self._taken, self._slowest = 0, 0, 0.0
        self._foreign: dict[str, str] = {}
        self._started = time.monotonic()

    def one(self, octets: bytes) -> None:
        self._count += 1
        started = time.perf_counter()
        try:
            self._parse(octets)
            self._taken += 1
        except self._own:
            pass
        except BaseException as error:  # noqa: BLE001 - a library in Rust panics outside Exception
            place = traceback.extract_tb(error.__traceback__)[-1]
            ours = [
                f"{Path(each.filename).name}:{each.lineno}"
                for each in traceback.extract_tb(error.__traceback__)
                if "/site-packages/" not in each.filename and "/lib/python" not in each.filename
            ][-3:]
            key = f"{type(error).__name__} at {' > '.join(ours)} ({Path(place.filename).name})"
            shown = f"{error!s:.80} for {octets[:200]!r}"
            if len(shown) < len(self._foreign.get(key, shown + "x")):
                self._foreign[key] = shown
        self._slowest = max(self._slowest, time.perf_counter() - started)
        if self._count >= self._inputs or self._count % 20_000 == 0:
            self._write()

    def _write(self) -> None:
        seconds = time.monotonic() - self._started
        self._out.write_text(
            json.dumps(
                {
                    "inputs": self._count,
                    "taken": self._taken,
                    "seconds": round(seconds, 1),
                    "slowest_s": round(self._slowest, 3),
                    "foreign": self._foreign,
                }
            )
        )


if __name__ == "__main__":
    main()
