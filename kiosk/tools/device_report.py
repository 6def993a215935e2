"""Device report: what `huduma devices jobs` and `list` show, as lines for people or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from peripherals.device_loop import status_table
from peripherals.printing.jobs import JobRow
from peripherals.printing.spool import Spool
from peripherals.printing.worker import printer_status
from sync.store.database import Store


def nothing_yet(arguments: argparse.Namespace, usual: Path) -> bool:
    """Whether there is no spool to look at: said, and not made by looking."""
    path = arguments.spool or usual
    if arguments.site is not None or arguments.node is not None or path.exists():
        return False
    print(f"huduma devices: there is no spool {path} yet", file=sys.stderr)
    if arguments.json:
        print("[]")
    return True


def show_jobs(spool: Spool, rows: Sequence[JobRow], *, as_json: bool) -> None:
    """Every slip and what became of it."""
    if as_json:
        print(json.dumps(spool.as_json(rows), ensure_ascii=False, indent=1))
        return
    for row in rows:
        print(f"{row.id}  {row.label:<8} {row.state:<12} {row.copies}  {row.proof}")


def show_devices(store: Store, now: datetime, *, as_json: bool) -> None:
    """Every device, its state since when, and what to do."""
    rows = [printer.as_json() for printer in printer_status.read(store, now).printers]
    if store.has_table("equipment_state"):
        rows += [row.as_json() for row in status_table.read(store, now)]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        _show(row)


def _show(row: dict[str, Any]) -> None:
    since = str(row["since"])[:19]
    print(f"{row['name']:<10} {row['state']:<8} since {since} UTC  {row['code']}")
    print(f"{'':<10} {row['words']['en']} / {row['words']['sw']}")
    if row["kind"] == "printer":
        left = row["tickets_left"]
        roll = f"about {left} tickets left" if left is not None else f"paper {row['paper']}"
        print(f"{'':<10} {row['model']}; {roll}; proof: {row['proof'] or 'not known yet'}")
