"""Sweep: every form of some folders, our engine against the referees.

`python -m tests.content.xforms.referees.sweep [--walk N] [--limit N] [--show N] FOLDER...` prints how many
forms agree with each referee and the differences of the others. Forms fetched for development
are never committed. Where a form differs from both referees these are asked again, and what they
answer otherwise the second time (random(), moments, shuffled choices) is not compared; such
forms are counted apart. Relevance always is.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.content.xforms.referees.compare import Difference, Nodes, by_path, differences
from tests.content.xforms.referees.drivers import Answers, Ours, javarosa, web_forms
from tests.content.xforms.referees.walk import operations

Runs = tuple[Answers, Answers]
"""What JavaRosa and web-forms answered."""


def forms(folders: list[Path]) -> Iterator[Path]:
    """Distinct XForms under `folders`."""
    seen: set[str] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")) if folder.is_dir() else [folder]:
            content = path.read_bytes()
            name = hashlib.sha256(content).hexdigest()
            if name not in seen and b"http://www.w3.org/2002/xforms" in content:
                seen.add(name)
                yield path


def last_nodes(answers: Answers) -> Nodes | None:
    """The last dump, or None where the form did not load."""
    if not answers or answers[0].get("stage") in {"parse", "run"}:
        return None
    dumps = [answer for answer in answers if "nodes" in answer]
    return by_path(dumps[-1]["nodes"]) if dumps else None


def _by_chance(first: tuple[Nodes, Nodes], second: Runs) -> set[tuple[str, str]]:
    """What a referee itself answers otherwise the second time: random(), moments, shuffles.

    Relevance is never left out: a difference there always counts.
    """
    found: set[tuple[str, str]] = set()
    for once, answers in zip(first, second, strict=True):
        twice = last_nodes(answers)
        if twice is not None:
            found |= {(d.path, d.what) for d in differences(once, twice) if d.what != "relevant"}
    return found


class Tally:
    """Counts of one sweep. A form counts as `= one` when our last state is that of a referee."""

    def __init__(self) -> None:
        self.counts: collections.Counter[str] = collections.Counter()
        self.bad: list[tuple[Path, list[Difference], list[Difference]]] = []

    def form(self, path: Path, mine: Answers, theirs: Runs, again: Callable[[], Runs]) -> None:
        """Count one form; `again` asks both referees once more."""
        ours, java, web = last_nodes(mine), *(last_nodes(answers) for answers in theirs)
        self.counts["forms"] += 1
        self.counts["ours opens"] += ours is not None
        self.counts["JavaRosa opens"] += java is not None
        self.counts["web-forms opens"] += web is not None
        if java is None or web is None:
            return
        self.counts["both open"] += 1
        self.counts["referees agree"] += not differences(java, web, readonly=True)
        if ours is None:
            self.bad.append((path, [Difference("", "opens", mine[:1], "")], []))
            return
        with_java = differences(ours, java, readonly=True, truths=True)
        with_web = differences(ours, web, readonly=True)
        if with_java and with_web:
            chance = _by_chance((java, web), again())
            if chance:
                self.counts["compared without chance"] += 1
                with_java = [d for d in with_java if (d.path, d.what) not in chance]
                with_web = [d for d in with_web if (d.path, d.what) not in chance]
        self.counts["= JavaRosa"] += not with_java
        self.counts["= web-forms"] += not with_web
        self.counts["= one"] += not with_java or not with_web
        both = {d.path for d in with_java if d.what == "relevant"} & {
            d.path for d in with_web if d.what == "relevant"
        }
        self.counts["relevance differences"] += len(both)
        if with_java and with_web:
            self.bad.append((path, with_java, with_web))

    def show(self, most: int) -> None:
        for path, with_java, with_web in self.bad[:most]:
            print(f"\n{path}")
            for name, found in (("JR", with_java), ("WF", with_web)):
                for difference in found[:5]:
                    print(f"  {name} {difference.path} {difference.what}:"
                          f" ours {difference.ours!r} theirs {difference.theirs!r}"[:300])  # fmt: skip
        print()
        for name, count in self.counts.items():
            print(f"{name:>24} {count}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--walk", type=int, default=0, help="answers of a random walk")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=100_000)
    parser.add_argument("--show", type=int, default=60)
    arguments = parser.parse_args()
    ours, java, web = Ours(), javarosa(), web_forms()
    assert java is not None
    assert web is not None
    tally = Tally()
    for number, path in enumerate(forms(arguments.folders)):
        if number >= arguments.limit:
            break
        steps: list[dict[str, Any]] = [{"op": "dump"}]
        if arguments.walk:
            start = ours.sweep(path, path.parent, steps)
            if (nodes := last_nodes(start)) is None:
                continue
            steps = operations(nodes, path, arguments.walk, arguments.seed)

        def ask(path: Path = path, steps: list[dict[str, Any]] = steps) -> Runs:
            return java.sweep(path, path.parent, steps), web.sweep(path, path.parent, steps)

        tally.form(path, ours.sweep(path, path.parent, steps), ask(), ask)
        print(f"\r{number + 1}", end="", file=sys.stderr)
    tally.show(arguments.show)
    for referee in (ours, java, web):
        referee.close()


if __name__ == "__main__":
    main()
