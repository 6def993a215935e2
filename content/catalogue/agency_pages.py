"""Agency pages: what an office says of itself in its charter: vision, values, whom to write to.

Read from `agency_pages.csv` (one row a part; a pack may have none). The words are the office's
own, kept as they were written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from content.catalogue.model import TranslatedText
from content.csv_rows import rows
from content.faults import SourcesRefused

TABLE = "agency_pages.csv"
ONCE = ("office", "vision", "mission", "complaint")
OFTEN = ("value", "standard", "addressee")


@dataclass(frozen=True, slots=True)
class AgencyPage:
    """The charter's frame of one office. Addressees have one line of an address a line."""

    office: TranslatedText
    vision: TranslatedText
    mission: TranslatedText
    values: tuple[TranslatedText, ...]
    standards: tuple[TranslatedText, ...]
    complaint: TranslatedText
    addressees: tuple[TranslatedText, ...]


def read_pages(source: bytes, agencies: Collection[str]) -> Mapping[str, AgencyPage]:
    """The pages by agency; raises `SourcesRefused` naming the line, or the part that is missing."""
    parts: dict[str, dict[str, list[TranslatedText]]] = defaultdict(lambda: defaultdict(list))
    for line, row in rows(TABLE, source):
        agency, part = row.get("agency", ""), row.get("part", "")
        if agency not in agencies or part not in {*ONCE, *OFTEN}:
            raise SourcesRefused(f"{TABLE} line {line}: no agency {agency!r} or part {part!r}.")
        text = TranslatedText({"en": row.get("text_en", ""), "sw": row.get("text_sw", "")})
        if not all(text.texts.values()):
            raise SourcesRefused(f"{TABLE} line {line}: text_en and text_sw must both be filled.")
        parts[agency][part].append(text)
    return {agency: _page(agency, found) for agency, found in parts.items()}


def _page(agency: str, found: Mapping[str, list[TranslatedText]]) -> AgencyPage:
    for part in ONCE:
        if len(found.get(part, ())) != 1:
            raise SourcesRefused(f"{TABLE}: {agency} needs its {part} once.")
    for part in OFTEN:
        if not found.get(part):
            raise SourcesRefused(f"{TABLE}: {agency} has no {part}.")
    return AgencyPage(
        office=found["office"][0],
        vision=found["vision"][0],
        mission=found["mission"][0],
        values=tuple(found["value"]),
        standards=tuple(found["standard"]),
        complaint=found["complaint"][0],
        addressees=tuple(found["addressee"]),
    )
