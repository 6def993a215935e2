"""`huduma journal`: show, verify, rebuild, restore or export a node's journal.

`show` and `verify` only read and may run beside the services. `verify` exits 40 and names the
first bad entry. `rebuild` makes every projection again and proves it equal; what differs is kept
only with `--repair`. `restore` is for a database that was put back from a copy.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.cli.arguments import add_json, add_node, add_site
from provisioning.clock import EAT
from provisioning.faults import UsageFault
from provisioning.node.site import Node, Site
from sync.journal.audit import AuditResult, JournalFault
from sync.journal.entry import GENESIS, Entry
from sync.journal.export import export
from sync.journal.file_check import has_journal, inspect
from sync.journal.hlc import to_time
from sync.journal.journal import Journal, owner_of
from sync.store.database import Store, StoreDamaged, StoreFault


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The acts, each with the node and its own options."""
    acts = parser.add_subparsers(
        dest="act", required=True, metavar="show|verify|rebuild|restore|export"
    )
    show = acts.add_parser("show", help="print entries, oldest first")
    show.add_argument("--after", type=int, default=0, metavar="SEQ", help="only later entries")
    show.add_argument("--last", type=int, metavar="N", help="only the newest N entries")
    show.add_argument("--kind", metavar="KIND", help="only entries of this kind")
    show.add_argument("--subject", metavar="UUID", help="only entries about this subject")
    verify = acts.add_parser("verify", help="walk the whole chain")
    rebuild = acts.add_parser("rebuild", help="make every projection again and compare")
    rebuild.add_argument("--repair", action="store_true", help="keep what came out different")
    export = acts.add_parser("export", help="write a database that people can query")
    export.add_argument("--to", type=Path, required=True, metavar="FILE", help="a new file")
    restore = acts.add_parser("restore", help="go on with a database put back from a copy")
    for each in (show, verify, rebuild, restore, export):
        add_site(each)
        add_node(each)
        add_json(each)


def run(arguments: argparse.Namespace) -> int:
    """Do the act; 0, 40 when the journal does not hold, 42 when there is no database."""
    node = Site.open(arguments.site).node(arguments.node)
    acts = {
        "show": _show,
        "verify": _verify,
        "rebuild": _rebuild,
        "restore": _restore,
        "export": _export,
    }
    return acts[arguments.act](node, arguments)


def _show(node: Node, arguments: argparse.Namespace) -> int:
    subject = _subject(arguments.subject)
    store = Store.read_only(node.db_path)
    shown = (_plain(each) for each in _chosen(node, store, arguments, subject))
    if arguments.json:
        comma = ""
        print("[", end="")
        for each in shown:
            print(f"{comma}\n{json.dumps(each)}", end="")
            comma = ","
        print("\n]")
    else:
        for each in shown:
            body = json.dumps(each["body"], ensure_ascii=False)
            print(f"{each['seq']:>7}  {each['time']}  {each['kind']:<18} {body}")
    store.close()
    return 0


def _export(node: Node, arguments: argparse.Namespace) -> int:
    store = Store.read_only(node.db_path)
    count = export(Journal(store, node.name, node.clock()).entries(), arguments.to)
    store.close()
    print(f"{count} entries written to {arguments.to}")
    return 0


def _restore(node: Node, arguments: argparse.Namespace) -> int:
    from kiosk.centre.service.server import centre_lock
    from kiosk.node.core_process import core_lock
    from kiosk.node.restoring import restore
    from sync.journal.file_check import inspect
    from sync.service.engine import engine_lock

    held = [
        lock(node) for lock in (centre_lock, core_lock, engine_lock)
    ]  # the node is to be stopped
    try:
        if node.role != "national":
            verdict = inspect(node.db_path, node.name)
            if verdict.first_bad is not None:
                return _reported(node, verdict, as_json=arguments.json)
        done = restore(node, node.clock())
    finally:
        for each in held:
            each.release()
    if arguments.json:
        report = {"node": node.name, "epoch": done.epoch.hex()}
        print(json.dumps(report | {"slips": done.slips, "messages": done.messages}))
    else:
        print(f"{node.name}: a new epoch {done.epoch.hex()}; start its services again.")
        print(f"Slips to print as copies: {done.slips}; SMS in doubt: {done.messages}")
    return 0


def _subject(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise UsageFault(f"--subject {text} is no UUID.") from error


def _chosen(
    node: Node, store: Store, arguments: argparse.Namespace, subject: UUID | None
) -> Iterator[Entry]:
    if owner_of(store) is None:
        return  # nobody has written yet
    journal = Journal(store, node.name, node.clock())
    after = arguments.after
    if arguments.last is not None:
        after = max(after, journal.last_seq() - arguments.last)
    for entry in journal.entries(after=after) if subject is None else journal.about(subject):
        if entry.seq > after and arguments.kind in {None, entry.kind}:
            yield entry


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "node": entry.node,
        "seq": entry.seq,
        "hlc": entry.hlc,
        "time": to_time(entry.hlc).astimezone(EAT).isoformat(timespec="milliseconds"),
        "kind": entry.kind,
        "subject": str(entry.subject),
        "audience": entry.audience,
        "body": _json(dict(entry.body)),
        "hash": entry.hash.hex(),
    }


def _json(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    return value


def _verify(node: Node, arguments: argparse.Namespace) -> int:
    if node.role == "national":
        with suppress(StoreDamaged):
            store = Store.read_only(node.db_path)
            none = not has_journal(store)
            store.close()
            if none:
                said = f"{node.name} writes no journal: it keeps the others' batches."
                print(said, file=sys.stderr)
                return _reported(node, AuditResult(0, GENESIS), as_json=arguments.json)
    verdict = inspect(node.db_path, node.name)
    return _reported(node, verdict, as_json=arguments.json)


def _reported(node: Node, verdict: AuditResult, *, as_json: bool) -> int:
    """Print a verdict; 0, or 40 when the journal does not hold."""
    bad = verdict.first_bad
    if as_json:
        report = {
            "node": node.name,
            "ok": bad is None,
            "entries": verdict.entries,
            "first_bad": bad,
            "reason": verdict.reason,
            "head": verdict.head.hex(),
        }
        print(json.dumps(report))
    elif bad is None:
        print(f"{node.name}: {verdict.entries:,} entries hold; head {verdict.head.hex()[:16]}")
    else:
        print(bad)
    if bad is None:
        return 0
    print(
        f"huduma journal: {node.name}: entry {bad}: {verdict.reason}; stop the node, keep its"
        f" database and call the national desk (code {JournalFault.code})",
        file=sys.stderr,
    )
    return JournalFault.code


def _rebuild(node: Node, arguments: argparse.Namespace) -> int:
    from kiosk.node.database import projections
    from sync.journal.audit import rebuild
    from sync.journal.journal import JOURNAL_TABLES

    if (verdict := inspect(node.db_path, node.name)).first_bad is not None:
        return _reported(node, verdict, as_json=arguments.json)
    folds = projections(node.role)
    store = Store.open(node.proven_db_path, [JOURNAL_TABLES], strict=node.settings.node.field)
    missing = [t for each in folds for t in each.tables if not store.has_table(t)]
    if missing:
        raise StoreFault(f"There is no table {missing[0]}; start the node's services once.")
    equal = rebuild(store, node.name, folds, keep=arguments.repair)
    store.close()
    ok = all(equal.values())
    if arguments.json:
        print(json.dumps({"node": node.name, "ok": ok, "projections": equal}))
    else:
        for table, same in equal.items():
            print(f"{'equal ' if same else 'DIFFERS'} {table}")
    if ok:
        return 0
    outcome = "the rebuilt ones are kept" if arguments.repair else "nothing was changed: --repair"
    print(f"huduma journal: projections differ; {outcome}", file=sys.stderr)
    return 0 if arguments.repair else JournalFault.code
