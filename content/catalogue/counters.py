"""Which services each counter of a centre may serve: `counters.csv` of a pack, or of one site.

A row names a counter of a centre (`*`: of every centre that has no rows of its own) and what it
serves: `agencies` and `services`, codes with spaces between. A counter that no row names serves
every service. A site's own table is read instead of the pack's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from content.catalogue.model import CounterSkill
from content.csv_rows import Row, rows
from content.faults import SourcesRefused
from content.pack.pack import Pack

TABLE = "counters.csv"
EVERY_CENTRE = "*"


def counter_skills(
    pack: Pack, centre: str, site_table: Path | None = None
) -> Mapping[int, CounterSkill]:
    """The skill of each counter of `centre` that has one; raises `SourcesRefused` (33)."""
    source = pack.read(TABLE) if TABLE in pack.manifest.files else b""
    if site_table is not None:
        try:
            source = site_table.read_bytes()
        except OSError as error:
            raise SourcesRefused(
                f"{site_table} cannot be read ({error.strerror}); write the table of counters"
                " there, or empty the setting queue.counter_table."
            ) from error
    found = read_counters(source, pack.read("services.csv"), name=str(site_table or TABLE))
    chosen = found.get(centre.upper()) or found.get(EVERY_CENTRE, {})
    if site_table is not None and found and not chosen:
        raise SourcesRefused(
            f"{site_table} has no row for {centre}, only for {', '.join(sorted(found))}; write"
            f" {centre} or {EVERY_CENTRE} into the column centre."
        )
    return chosen


def read_counters(
    source: bytes, services: bytes, *, name: str = TABLE
) -> dict[str, dict[int, CounterSkill]]:
    """The skills of the counters of every centre that the table names. `services` is
    `services.csv`; raises `SourcesRefused` with the line that cannot be.
    """
    agency_of = {row["code"]: row["agency_code"] for _, row in rows("services.csv", services)}
    found: dict[str, dict[int, CounterSkill]] = {}
    for line, row in rows(name, source):
        try:
            centre, counter = row["centre"].upper(), _counter(row["counter"])
            skill = _skill(row, agency_of)
        except KeyError as error:
            raise SourcesRefused(f"{name} has no column {error}; add it.") from error
        except ValueError as error:
            raise SourcesRefused(f"{name} line {line}: {error}.") from error
        if found.setdefault(centre, {}).setdefault(counter, skill) is not skill:
            raise SourcesRefused(f"{name} line {line}: counter {counter} is there already.")
    return found


def check_counters(source: bytes, services: bytes, centres: Collection[str]) -> None:
    """Check the table of a pack; raises `SourcesRefused`."""
    for centre in read_counters(source, services):
        if centre != EVERY_CENTRE and centre not in centres:
            raise SourcesRefused(f"{TABLE} names centre {centre!r}, unknown.")


def _counter(text: str) -> int:
    counter = int(text)
    if counter < 1:
        raise ValueError(f"counters begin with 1; there is no {counter}")
    return counter


def _skill(row: Row, agency_of: Mapping[str, str]) -> CounterSkill:
    agencies, codes = row["agencies"].split(), row["services"].split()
    if not agencies and not codes:
        raise ValueError("name an agency or a service, or leave the counter out")
    known = set(agency_of.values())
    for each in agencies:
        if each not in known:
            raise ValueError(f"no service is of an agency {each!r}")
    for each in codes:
        if each not in agency_of:
            raise ValueError(f"there is no service {each!r}")
    services = {code for code, agency in agency_of.items() if agency in agencies}
    return CounterSkill(frozenset(services | set(codes)), ", ".join([*agencies, *codes]))
