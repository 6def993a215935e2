"""Comparison of two dumps: what counts as a difference and what cannot be compared.

Values that no two engines can share (ids, the present moment, random numbers) are masked; a
value is compared only where both call the node relevant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

Nodes = dict[str, dict[str, Any]]
_PREFIX = re.compile(r"/[A-Za-z_][\w.-]*:")
_UUID = re.compile(r"(?:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"20(?:2[5-9]|3\d)-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:?\d\d)?")
_ZONED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?)(Z|[-+]\d\d:?\d\d)?\Z")
_TIME = re.compile(r"(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|[-+]\d\d:?\d\d)?\Z")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE]-?\d+)?\Z")


_TRUTHS = {"true": "1", "false": "0"}


class Difference(NamedTuple):
    """A node two dumps do not agree on."""

    path: str
    what: str
    ours: Any
    theirs: Any


def by_path(nodes: Iterable[dict[str, Any]]) -> Nodes:
    """Nodes by path, prefixes of names dropped."""
    return {_PREFIX.sub("/", node["path"]): node for node in nodes}


def masked(value: str) -> str:
    """A value without what no two engines can share."""
    value = _UUID.sub("<uuid>", value.strip())
    value = _MOMENT.sub("<moment>", value)
    if _NUMBER.match(value):
        try:
            return f"{float(value):.9g}"
        except (ValueError, OverflowError):
            return value
    if hit := _TIME.match(value):
        return f"{hit[1]}:{hit[2] or '00'}"
    return value


def differences(
    ours: Nodes, theirs: Nodes, *, readonly: bool = False, truths: bool = False
) -> list[Difference]:
    """Where the dumps differ: existence of rows, relevance, required, value, choices.

    `truths`: a calculated truth may be 1 or 0 over there (JavaRosa), as the written list says.
    """
    found: list[Difference] = []
    for path in theirs.keys() | ours.keys():
        mine, other = ours.get(path), theirs.get(path)
        if mine is None or other is None:
            # A referee may leave nodes out that are not relevant, or that it has no use for.
            present = mine or other
            assert present is not None
            if present["relevant"] and "[" in path:
                found.append(Difference(path, "exists", mine is not None, other is not None))
            continue
        if mine["relevant"] != other["relevant"]:
            found.append(Difference(path, "relevant", mine["relevant"], other["relevant"]))
            continue
        if not mine["relevant"]:
            continue
        if mine["required"] != other["required"]:
            found.append(Difference(path, "required", mine["required"], other["required"]))
        if readonly and mine["readonly"] != other["readonly"]:
            found.append(Difference(path, "readonly", mine["readonly"], other["readonly"]))
        same = masked(mine["value"]) == masked(other["value"]) or (
            truths and _TRUTHS.get(mine["value"]) == other["value"]
        )
        if other.get("leaf", True) and not same:
            found.append(Difference(path, "value", mine["value"], other["value"]))
        found += _choices(path, mine, other)
    return sorted(found, key=lambda difference: difference.path)


def _choices(path: str, mine: dict[str, Any], other: dict[str, Any]) -> list[Difference]:
    if mine.get("choices") is None or other.get("choices") is None:
        return []
    values = [choice["value"] for choice in mine["choices"]]
    wanted = [choice["value"] for choice in other["choices"]]
    if values != wanted:
        return [Difference(path, "choices", values[:8], wanted[:8])]
    labels = [choice["label"].strip() for choice in mine["choices"]]
    wanted = [choice["label"].strip() for choice in other["choices"]]
    if labels != wanted:
        return [Difference(path, "labels", labels[:8], wanted[:8])]
    return []
