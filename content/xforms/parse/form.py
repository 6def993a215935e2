"""Form: a form as it was read, shared by every session of it; it never changes after parsing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from content.xforms.definition import Control, NodeDefinition
from content.xforms.faults import FormRefused
from content.xforms.lists.lists import ChoiceList
from content.xforms.parse.actions import Action, ActionEvent
from content.xforms.parse.dependency_graph import Graph
from content.xforms.parse.expressions import Expressions
from content.xforms.parse.primary_instance import PrimaryInstance
from content.xforms.texts import Itext


@dataclass(slots=True)
class SubmissionElement:
    """The form's `<submission>` element, empty where it has none."""

    action: str = ""
    method: str = ""
    public_key: str = ""


@dataclass(slots=True, eq=False)
class Form:
    """A parsed form. Public to callers: `id version title languages default_language digest`."""

    id: str
    version: str
    title: str
    record: PrimaryInstance
    itext: Itext
    controls: list[Control]
    lists: dict[str, ChoiceList]
    actions: dict[tuple[ActionEvent, NodeDefinition | None], list[Action]]
    graph: Graph
    expressions: Expressions
    submission: SubmissionElement
    entities_version: str
    digest: str
    unknown: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of (where, path): names that lead nowhere; a pack is not built with any."""
    counted: list[NodeDefinition] = field(default_factory=list)
    """Repeats with `jr:count`, outer before inner."""
    typed: list[NodeDefinition] = field(default_factory=list)
    instances: dict[str, str] = field(default_factory=dict)
    """Each list's source file name, empty for an internal list."""

    @property
    def languages(self) -> list[str]:
        return self.itext.languages

    @property
    def default_language(self) -> str:
        return self.itext.default

    @property
    def places(self) -> dict[str, NodeDefinition]:
        return self.record.places

    def refuse_unknown(self) -> None:
        """Raise `FormRefused` naming the first question that reads a name that leads nowhere."""
        if self.unknown:
            where, path = self.unknown[0]
            more = f" (and {len(self.unknown) - 1} more)" if len(self.unknown) > 1 else ""
            raise FormRefused(f"The {where} names {path}, which is not in the form{more}.")


def digest_of(xml: bytes, media: Mapping[str, bytes]) -> str:
    """A name for exactly this form with exactly these lists; drafts are pinned to it."""
    sums = hashlib.sha256(xml)
    for name in sorted(media):
        sums.update(name.encode())
        sums.update(hashlib.sha256(media[name]).digest())
    return sums.hexdigest()
