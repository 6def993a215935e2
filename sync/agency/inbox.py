"""Inbox: an agency opens the records sealed to it at the national store.

A submission may have arrived more than once (a node restored from a copy sends again under a new
epoch); it is one submission by its node, subject, form and reference, and the first that opens
counts. A record is a stranger's, whoever signed it: every one is read on its own, and what cannot
be read or opened is reported by its place, never skipped in silence, and stops no other. No name
in a record becomes a path.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from provisioning.identity.keys import AgencyKey, write_private
from sync.agency.openrosa.submission import record_root
from sync.faults import BadBatch, SyncRefusal, arrived, decode_arrived
from sync.national.store import Stored
from sync.sealing.opener import Opener
from sync.sealing.sealer import CAPSULE_KIND

_SEALED = frozenset({"capsule", "index", "sealed"})
_CLEAR = ("form", "version", "service", "agency", "reference")
_NAME_MAX = 128
_TEXT_MAX = 200
_ATTACHMENTS_MAX = 256
_ELEMENTS_MAX = 50_000


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
            **{name: value for name, value in self.plaintext.items() if _is_plain(value)},
            **{name: value for name, value in clear.items() if _is_plain(value)},
            "kind": entry.kind,
            "subject": str(entry.subject),
            "node": entry.stream.node,
            "db_epoch": entry.stream.db_epoch.hex(),
            "seq": entry.seq,
            "submitted_at": self.submitted_at,
            "xml": self.xml.decode("utf-8", "replace"),
            "attachments": {name: len(content) for name, content in self.attachments.items()},
        }


@dataclass(slots=True)
class InboxResult:
    """What opening an agency's part came to."""

    opened: list[Opened] = field(default_factory=list)
    duplicates: int = 0
    failed: list[tuple[Stored, SyncRefusal]] = field(default_factory=list)


class EntrySource(Protocol):
    """Where an agency's entries come from: `SignedRecords`, a `NationalStore`."""

    def entries_for(self, audience: str) -> Iterator[Stored]: ...


def open_all(store: EntrySource, agency: str, key: AgencyKey) -> InboxResult:
    """Open every sealed entry of `agency` in `store` with `key`."""
    opener, result = Opener(agency, key), InboxResult()
    entries = list(store.entries_for(f"agency:{agency}"))
    for entry in entries:
        if entry.unread:
            msg = "An entry holds no map of plain values; its sender is broken."
            result.failed.append((entry, BadBatch(msg)))
    for entry in _of(entries, capsules=True):
        try:
            with arrived("capsule"):
                opener.add_capsule(entry.stream.node, entry.body)
        except SyncRefusal as fault:
            result.failed.append((entry, fault))
    seen: set[tuple[Any, ...]] = set()
    for entry in _of(entries, capsules=False):
        try:
            with arrived("record"):
                opened = _open(opener, entry)
        except SyncRefusal as fault:
            result.failed.append((entry, fault))
            continue
        form, reference = entry.body.get("form"), entry.body.get("reference")
        name = (entry.stream.node, entry.subject, form, reference)
        if name in seen:
            result.duplicates += 1
        else:
            seen.add(name)
            result.opened.append(opened)
    return result


def write_tree(opened: Iterable[Opened], folder: Path) -> int:
    """Write each submission into `folder`/SUBJECT/: submission.xml, its attachments and
    entry.json. Existing submissions are left as they are; how many were new. A subject is a
    number any node may write: what another node says under it has a folder of its own.
    """
    new = 0
    for each in opened:
        node = each.entry.stream.node
        place = folder / str(each.entry.subject)
        if _owner(place) not in {"", node}:
            place = place.with_name(f"{place.name}-{safe_name(node)}")
        if (place / "submission.xml").exists():
            continue
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in zip(
            file_names(each.attachments), each.attachments.values(), strict=True
        ):
            if not (place / name).exists():
                write_private(place / name, content)
        described = json.dumps(each.as_json(), indent=2, ensure_ascii=False).encode()
        if not (place / "entry.json").exists():
            write_private(place / "entry.json", described)
        write_private(place / "submission.xml", each.xml)  # last: it says that all is there
        new += 1
    return new


def _owner(place: Path) -> str:
    """The node whose submission is in a folder that was written before; empty: none."""
    try:
        return str(json.loads((place / "entry.json").read_bytes())["node"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def safe_name(name: str) -> str:
    """A file name made of `name` that cannot leave its folder or hide in it."""
    kept = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_"
        for letter in name
    )
    return kept.lstrip(".")[:_NAME_MAX] or "_"


def file_names(names: Iterable[str]) -> list[str]:
    """A safe name for each of `names`, no two alike and none that the inbox itself writes."""
    taken, given = {"submission.xml", "entry.json"}, []
    for number, name in enumerate(names, 1):
        safe = safe_name(name)
        if safe.lower() in taken:
            safe = f"{number}-{safe}"
        taken.add(safe.lower())
        given.append(safe)
    return given


def _of(entries: Iterable[Stored], *, capsules: bool) -> Iterator[Stored]:
    for entry in entries:
        sealed = {"sealed", "index"} & set(entry.body) or entry.kind == "form.submitted"
        if (entry.kind == CAPSULE_KIND) == capsules and (capsules or sealed) and not entry.unread:
            yield entry


def _open(opener: Opener, entry: Stored) -> Opened:
    for name in _CLEAR:
        value = entry.body.get(name, "")
        if not isinstance(value, str) or len(value) > _TEXT_MAX or not value.isprintable():
            raise BadBatch(f"A record has no possible {name}; its sender is broken.")
    plaintext = decode_arrived(
        opener.open(entry.stream.node, entry.subject, entry.body), "sealed submission"
    )
    if not isinstance(plaintext, dict):
        raise BadBatch("A sealed record holds no map; its sender is broken.")
    xml, attachments = plaintext.pop("xml", b""), plaintext.pop("attachments", {})
    submitted_at = plaintext.pop("submitted_at", None)
    whole = isinstance(xml, bytes) and isinstance(attachments, dict)
    if not whole or not all(isinstance(each, bytes) for each in attachments.values()):
        raise BadBatch("A sealed record holds no submission; its sender is broken.")
    if not _is_plain(submitted_at) or len(attachments) > _ATTACHMENTS_MAX:
        raise BadBatch("A sealed record has an odd time or too many files; its sender is broken.")
    if xml and sum(1 for _ in record_root(xml, "A submission").iter()) > _ELEMENTS_MAX:
        raise BadBatch("A submission has more answers than any form asks for; report its sender.")
    return Opened(entry, xml, attachments, submitted_at, plaintext)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
