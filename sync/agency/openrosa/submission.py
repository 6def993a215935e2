"""Submission and posts: what one OpenRosa submission is, and how it is split. Pure.

Rules (OpenRosa 1.0 form submission API, and what ODK Central and KoboToolbox add to it):
- the XML travels as the part `xml_submission_file`, exactly once per post, always the same bytes;
- every attachment is one part whose field name and file name are the value in the XML;
- over the server's limit (or 100 files) the files are split over several posts, each repeating
  the XML, all but the last marked `*isIncomplete*` = `yes`.
The finalised bytes are never serialised again: servers compare them byte by byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provisioning.xml_reader import Element, XmlRefused, parse_xml
from sync.faults import BadBatch

FILES_PER_POST_MAX = 100
XML_BYTES_MAX = 64 * 1024 * 1024
LIMIT_BYTES_DEFAULT = 10_000_000
PART_OVERHEAD_BYTES = 400
"""Headers and boundary of one multipart part, rounded up."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A finalised form: `xml` as stored once, attachments by the name the XML uses."""

    instance_id: str
    form_id: str
    version: str
    xml: bytes
    attachments: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Post:
    """One request: the names of the attachments it carries, and whether more follow."""

    files: tuple[str, ...]
    incomplete: bool


def record_root(xml: bytes, what: str) -> Element:
    """The root of a submission's XML or of its form; raises `BadBatch` naming `what`."""
    try:
        return parse_xml(xml, XML_BYTES_MAX)
    except XmlRefused as error:
        raise BadBatch(f"{what} {error}.") from error


class TooLarge(ValueError):
    """One attachment (with the XML) is over the server's limit; no split can help."""


def split(submission: Submission, limit_bytes: int = LIMIT_BYTES_DEFAULT) -> tuple[Post, ...]:
    """The posts that carry `submission` under `limit_bytes` each; raises `TooLarge`.

    Files keep their order, so a resumed forward cuts at the same places.
    """
    fixed = len(submission.xml) + 2 * PART_OVERHEAD_BYTES
    if fixed > limit_bytes:
        raise TooLarge(
            f"the form itself is {len(submission.xml)} bytes, the server takes {limit_bytes}"
        )
    groups: list[list[str]] = [[]]
    size = fixed
    for name, content in submission.attachments.items():
        cost = len(content) + PART_OVERHEAD_BYTES + len(name.encode())
        if fixed + cost > limit_bytes:
            raise TooLarge(f"{name} is {len(content)} bytes, the server takes {limit_bytes}")
        if size + cost > limit_bytes or len(groups[-1]) == FILES_PER_POST_MAX:
            groups.append([])
            size = fixed
        groups[-1].append(name)
        size += cost
    return tuple(
        Post(tuple(group), incomplete=number < len(groups))
        for number, group in enumerate(groups, 1)
    )


def multipart(submission: Submission, post: Post, boundary: str) -> bytes:
    """The body of `post` as multipart/form-data (RFC 7578), XML first, deterministic bytes."""
    pieces: list[bytes] = []
    if post.incomplete:
        pieces.append(_part(boundary, "*isIncomplete*", None, "text/plain", b"yes"))
    pieces.insert(
        0, _part(boundary, "xml_submission_file", "submission.xml", "text/xml", submission.xml)
    )
    pieces += [
        _part(boundary, name, name, _media_type(name), submission.attachments[name])
        for name in post.files
    ]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()])


def _part(boundary: str, name: str, filename: str | None, kind: str, content: bytes) -> bytes:
    place = f'; filename="{_quoted(filename)}"' if filename is not None else ""
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"{place}\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"


def _quoted(name: str) -> str:
    # RFC 7578 section 4.2 as browsers do it: quotes and line ends are percent-encoded.
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


_MEDIA_TYPES: Sequence[tuple[str, str]] = (
    (".jpg", "image/jpeg"),
    (".jpeg", "image/jpeg"),
    (".png", "image/png"),
    (".wav", "audio/wav"),
    (".m4a", "audio/mp4"),
    (".ogg", "audio/ogg"),
    (".mp4", "video/mp4"),
    (".csv", "text/csv"),
    (".xml", "text/xml"),
)


def _media_type(name: str) -> str:
    lower = name.lower()
    return next(
        (kind for end, kind in _MEDIA_TYPES if lower.endswith(end)), "application/octet-stream"
    )
