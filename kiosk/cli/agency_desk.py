"""Agency desk: what is done with an agency's opened forms: forward them, export tables.

`huduma desk forward` and `huduma desk export`. The delivery log is kept beside the agency's key
(`DIR/agencies/CODE/desk.db`). Passwords come from a file or the environment, never from the
command line, where every process list would show them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from content.catalogue.catalogue import Catalogue
from kiosk.cli.arguments import add_json, add_site
from provisioning.clock import SystemClock
from provisioning.faults import UsageFault
from provisioning.ids import SystemIds
from provisioning.node.site import Site
from sync.agency.inbox import Opened
from sync.agency.openrosa.delivery_log import LEDGER_TABLES, DeliveryLog
from sync.agency.openrosa.encryption import encrypt, public_key
from sync.agency.openrosa.forwarder import ForwardResult, forward
from sync.agency.openrosa.http_client import HttpWire
from sync.agency.openrosa.responses import DeliveryDecision
from sync.agency.openrosa.submission import Submission, record_root
from sync.agency.table_export import tables, write_csv, write_parquet, write_sqlite
from sync.store.database import Store

FEEDBACK = "feedback"
"""The table of words that came without a form."""

PASSWORD_VARIABLE = "HUDUMA_ODK_PASSWORD"  # noqa: S105 - the variable's name, not a password

_IDENTITY = re.compile(r"[A-Za-z0-9:._-]{1,100}")

REMEDIES = {
    DeliveryDecision.ASK: "The server does not let this user in: check the name and the password.",
    DeliveryDecision.PORTAL: (
        "What answers is not an ODK server (a login page?): check the address."
    ),
    DeliveryDecision.RETRY: "The server does not answer now: run the same command again later.",
}


def add_arguments(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The sub-verbs `forward` and `export` of `huduma desk`."""
    forward_verb = verbs.add_parser("forward", help="hand opened forms to an ODK server")
    forward_verb.add_argument("--openrosa", required=True, metavar="URL", help="submission address")
    forward_verb.add_argument("--user", default="", help="user name at the server")
    forward_verb.add_argument("--password-file", type=Path, metavar="FILE")
    forward_verb.add_argument("--digest", action="store_true", help="HTTP Digest, not Basic")
    export_verb = verbs.add_parser("export", help="make tables for analysts")
    export_verb.add_argument("--out", type=Path, required=True, metavar="DIR")
    export_verb.add_argument("--format", choices=("csv", "parquet", "sqlite"), default="csv")
    add_json(export_verb, what="print what was written as JSON")
    for verb in (forward_verb, export_verb):
        add_site(verb)
        verb.add_argument("--agency", required=True, metavar="CODE", help="the agency")
        verb.add_argument("--database", metavar="URL", help="the national store; not as set")


def submissions(opened: list[Opened]) -> list[Submission]:
    """The forms among what was opened (complaints and words of feedback are no forms)."""
    found = []
    for each in opened:
        if not each.xml:
            continue
        root = record_root(each.xml, "A submission")
        names = root.xpath("//*[local-name()='instanceID']/text()")
        named = str(names[0]) if names else ""
        identity = named if _IDENTITY.fullmatch(named) else f"uuid:{each.entry.subject}"
        found.append(
            Submission(
                identity, root.get("id", ""), root.get("version", ""), each.xml, each.attachments
            )
        )
    return found


def words_only(opened: list[Opened]) -> list[dict[str, str]]:
    """The rows of what was written without a form: praise, ideas, complaints, bribes."""
    return [
        {
            "KEY": str(each.entry.subject),
            "reference": str(each.entry.body.get("reference", "")),
            "kind": str(each.entry.body.get("kind", "")),
            "submitted_at": str(each.submitted_at or ""),
            "node": each.entry.stream.node,
            "words": str(each.plaintext.get("words", "")),
        }
        for each in opened
        if not each.xml
    ]


def run_forward(arguments: argparse.Namespace, opened: list[Opened]) -> int:
    """Hand on; 0, 41 when the server refused some for good, 45 when the run had to stop."""
    site = Site.open(arguments.site)
    clock = SystemClock()
    ids = SystemIds(clock)
    keys = _encryption_keys(_forms(site))

    def prepare(plain: Submission) -> Submission:
        key = keys.get(plain.form_id)
        return encrypt(plain, public_key(key), ids) if key else plain

    store = Store.open(arguments.site / "agencies" / arguments.agency / "desk.db", [LEDGER_TABLES])
    wire = HttpWire(
        clock, user=arguments.user, password=_password(arguments), digest=arguments.digest
    )
    try:
        log = DeliveryLog(store, arguments.openrosa)
        outcome = forward(submissions(opened), arguments.openrosa, wire, log, prepare)
    finally:
        wire.close()
        store.close()
    return _told(outcome)


def run_export(arguments: argparse.Namespace, opened: list[Opened]) -> int:
    """Write one table per form, one per repeat and `feedback`; names what was written."""
    repeats = {form: _repeats(xml) for form, xml in _forms(Site.open(arguments.site)).items()}
    found = tables(submissions(opened), repeats)
    for row in words_only(opened):
        found.table("", FEEDBACK, FEEDBACK).add(row)
    writers = {"csv": write_csv, "parquet": write_parquet, "sqlite": write_sqlite}
    written = writers[arguments.format](found, arguments.out)
    if arguments.json:
        print(json.dumps([str(path) for path in written]))
    else:
        print(*written, sep="\n")
    return 0


def _told(outcome: ForwardResult) -> int:
    for name, verdict, status, text in outcome.troubles:
        print(f"{name}: {verdict.value} (HTTP {status}) {text}".rstrip(), file=sys.stderr)
    print(", ".join(f"{number} {what}" for what, number in sorted(outcome.counts.items())) or "0")
    if outcome.stopped is not None:
        print(REMEDIES[outcome.stopped], file=sys.stderr)
        return 45
    refused = outcome.counts["conflict"] + outcome.counts["parked"]
    return 41 if refused else 0


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_file is None:
        return os.environ.get(PASSWORD_VARIABLE, "")
    try:
        return str(arguments.password_file.read_text()).strip()
    except OSError as error:
        msg = f"The password file {arguments.password_file} cannot be read: check its path."
        raise UsageFault(msg) from error


def _forms(site: Site) -> dict[str, bytes]:
    catalogue = Catalogue.open(site.dir / "pack", site.root_public)
    return {form.id: form.xml for form in catalogue.forms()}


def _encryption_keys(forms: Mapping[str, bytes]) -> dict[str, str]:
    keys = {}
    for form, xml in forms.items():
        asked = record_root(xml, f"The form {form}").xpath(
            "//*[local-name()='submission']/@base64RsaPublicKey"
        )
        if asked:
            keys[form] = str(asked[0])
    return keys


def _repeats(xml: bytes) -> frozenset[str]:
    found = record_root(xml, "The form").xpath("//*[local-name()='repeat']/@nodeset")
    return frozenset(str(path) for path in found)
