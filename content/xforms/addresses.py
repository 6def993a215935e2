"""Addresses: paths of nodes as they are written in scripts and drafts: `/data/rep[2]/name`.

Repeat rows carry a 1-based position; left out, it means the first. Attributes are `@name`.
"""

from __future__ import annotations

import re

from content.xforms.faults import AnswerRefused
from content.xforms.tree import RecordNode, XmlNode

_STEP = re.compile(r"(@?[^/\[\]@]+)(?:\[(\d{1,9})\])?\Z")


def address(node: RecordNode) -> str:
    """The path of `node`, with positions on repeat rows."""
    parts: list[str] = []
    step: XmlNode | None = node
    while isinstance(step, RecordNode):
        place = step.place
        name = place.name
        if place.repeat and step.parent is not None:
            name = f"{name}[{step.parent.by_name[name].index(step) + 1}]"
        parts.append(name)
        step = step.parent
    return "/" + "/".join(reversed(parts))


def steps_of(path: str) -> list[tuple[str, int]]:
    """Names and positions (1 where left out) of a path; raises `AnswerRefused`."""
    steps: list[tuple[str, int]] = []
    for part in path.strip().split("/")[1:]:
        hit = _STEP.match(part)
        if hit is None:
            raise AnswerRefused(f"{path!r} is not a path; write it as /data/group/question.")
        steps.append((hit[1].rpartition(":")[2], int(hit[2] or 1)))
    if not steps or not path.strip().startswith("/"):
        raise AnswerRefused(f"{path!r} is not a path; write it as /data/group/question.")
    return steps


def find(root: RecordNode, path: str) -> RecordNode:
    """The node at `path`; raises `AnswerRefused` where there is none."""
    steps = steps_of(path)
    if steps[0][0] != root.name:
        raise AnswerRefused(f"There is no {path}: the record's root is /{root.name}.")
    node: XmlNode = root
    for name, position in steps[1:]:
        if name.startswith("@"):
            found = (node.attributes or {}).get(name[1:])
            family = [] if found is None else [found]
        else:
            family = node.by_name.get(name, [])
        if not 1 <= position <= len(family):
            raise AnswerRefused(f"There is no {path} in this record now; check the path.")
        node = family[position - 1]
    assert isinstance(node, RecordNode)
    return node
