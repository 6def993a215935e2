"""Inbox: an agency opens the records sealed to it at the national store.

A submission may have arrived more than once (a node restored from a copy sends again under a new
epoch); it is one submission by its subject, form and reference, and the first that opens counts.
What cannot be opened is reported by its place, never skipped in silence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provisioning.identity.keys import AgencyKey, write_private
from sync.faults import BadBatch, SyncRefusal, decode_arrived
from sync.national.store import NationalStore, Stored
from sync.sealing.opener import Opener
from sync.sealing.sealer import CAPSULE_KIND

_SEALED = frozenset({"capsule", "index", "sealed"})
_NAME_MAX = 128


@dataclass(frozen=True, slots=True)
class Opened:
    """One opened record: what stood in clear beside it, and its plaintext."""

    entry: Stored
    xml: bytes
    attachments: Mapping[str, bytes]
    submitted_at: Any
    plaintext: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Plain values: xml as text, attachments by name and size."""
        entry = self.entry
        clear = {name: value for name, value in entry.body.items() if name not in _SEALED}
        return {
            **clear,
            "kind": entry.kind,
            "subject": str(entry.subject),
            "node": entry.stream.node,
            "db_epoch": entry.stream.db_epoch.hex(),
            "seq": entry.seq,
            "submitted_at": self.submitted_at,
            "xml": self.xml.decode("utf-8", "replace"),
            "attachments": {name: len(content) for name, content in self.attachments.items()},
            **{name: value for name, value in self.plaintext.items() if _is_plain(value)},
        }


@dataclass(slots=True)
class InboxResult:
    """What opening an agency's part came to."""

    opened: list[Opened] = field(default_factory=list)
    duplicates: int = 0
    failed: list[tuple[Stored, SyncRefusal]] = field(default_factory=list)


def open_all(store: NationalStore, agency: str, key: AgencyKey) -> InboxResult:
    """Open every sealed entry of `agency` in `store` with `key`."""
    opener, result = Opener(agency, key), InboxResult()
    entries = list(store.entries_for(f"agency:{agency}"))
    for entry in _of(entries, capsules=True):
        try:
            opener.add_capsule(entry.stream.node, entry.body)
        except SyncRefusal as fault:
            result.failed.append((entry, fault))
    seen: set[tuple[Any, ...]] = set()
    for entry in _of(entries, capsules=False):
        name = (entry.subject, entry.body.get("form"), entry.body.get("reference"))
        try:
            opened = _open(opener, entry)
        except SyncRefusal as fault:
            result.failed.append((entry, fault))
            continue
        if name in seen:
            result.duplicates += 1
        else:
            seen.add(name)
            result.opened.append(opened)
    return result


def write_tree(opened: Iterable[Opened], folder: Path) -> int:
    """Write each submission into `folder`/SUBJECT/: submission.xml, its attachments and
    entry.json. Existing submissions are left as they are; how many were new.
    """
    new = 0
    for each in opened:
        place = folder / str(each.entry.subject)
        if (place / "submission.xml").exists():
            continue
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in each.attachments.items():
            if not (place / safe_name(name)).exists():
                write_private(place / safe_name(name), content)
        described = json.dumps(each.as_json(), indent=2, ensure_ascii=False).encode()
        if not (place / "entry.json").exists():
            write_private(place / "entry.json", described)
        write_private(place / "submission.xml", each.xml)  # last: it says that all is there
        new += 1
    return new


def safe_name(name: str) -> str:
    """A file name made of `name` that cannot leave its folder or hide in it."""
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)
    return kept.lstrip(".")[:_NAME_MAX] or "_"


def _of(entries: Iterable[Stored], *, capsules: bool) -> Iterator[Stored]:
    for entry in entries:
        sealed = "sealed" in entry.body and "index" in entry.body
        if (entry.kind == CAPSULE_KIND) == capsules and (capsules or sealed):
            yield entry


def _open(opener: Opener, entry: Stored) -> Opened:
    plaintext = decode_arrived(
        opener.open(entry.stream.node, entry.subject, entry.body), "sealed submission"
    )
    if not isinstance(plaintext, dict):
        msg = "A sealed record holds no map; its sender is broken."
        raise BadBatch(msg)
    xml, attachments = plaintext.pop("xml", b""), plaintext.pop("attachments", {})
    submitted_at = plaintext.pop("submitted_at", None)
    whole = isinstance(xml, bytes) and isinstance(attachments, dict)
    if not whole or not all(isinstance(each, bytes) for each in attachments.values()):
        msg = "A sealed record holds no submission; its sender is broken."
        raise BadBatch(msg)
    return Opened(entry, xml, attachments, submitted_at, plaintext)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
