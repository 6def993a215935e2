"""The arguments that many verbs share: one spelling and one meaning each.

`parser` may be a parser or a group of one.
"""

from __future__ import annotations

import argparse
from argparse import _ActionsContainer as Arguments
from pathlib import Path


def add_site(parser: Arguments, *, required: bool = True, what: str = "the site's folder") -> None:
    """`--site DIR`."""
    parser.add_argument("--site", type=Path, required=required, metavar="DIR", help=what)


def add_node(parser: Arguments, *, required: bool = True, what: str = "a node of the site") -> None:
    """`--node NAME`."""
    parser.add_argument("--node", required=required, metavar="NAME", help=what)


def add_json(parser: Arguments, *, what: str = "print as JSON") -> None:
    """`--json`: output for a script instead of a person."""
    parser.add_argument("--json", action="store_true", help=what)


def add_place_again(parser: argparse.ArgumentParser) -> None:
    """`--site` and `--node` after a further word, where they may also stand before it."""
    for name, what, told in (("--site", "DIR", "the site's folder"), ("--node", "NAME", "a node")):
        kind = Path if name == "--site" else str
        parser.add_argument(name, type=kind, default=argparse.SUPPRESS, metavar=what, help=told)
