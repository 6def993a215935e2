"""`huduma content`: build, check and search content packs.

Without `--pack`, the look-ups read the default sources in the tree, so an author sees an edit at
once; with it, the pack is verified first against the root key of `--root` or `--site`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from content.default_sources import DEFAULT_SOURCES
from kiosk.cli.arguments import add_json, add_site
from provisioning.faults import UsageFault

if TYPE_CHECKING:
    from datetime import datetime

    from content.catalogue.catalogue import Catalogue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `content`."""
    verbs = parser.add_subparsers(dest="act", required=True)
    search = verbs.add_parser("search", help="services a text may mean, best first")
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--language", choices=["en", "sw"], default="en")
    search.add_argument("--limit", type=int, default=6)
    show = verbs.add_parser("show", help="everything about a service, form, agency or centre")
    show.add_argument("code", metavar="CODE")
    show.add_argument("--day", metavar="YYYY-MM-DD", help="fees of that day; today without it")
    lint = verbs.add_parser("lint", help="what reads wrong in the tables of a pack")
    lint.add_argument("sources", nargs="?", type=Path, metavar="SOURCES")
    build = verbs.add_parser("build", help="build and sign a pack from its sources")
    build.add_argument("sources", nargs="?", type=Path, metavar="SOURCES")
    build.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    add_site(build, required=False, what="sign with this site's root key")
    build.add_argument("--key", type=Path, metavar="FILE", help="sign with this root.key")
    build.add_argument("--now", metavar="ISO8601", help="the pack's version and first day")
    verify = verbs.add_parser("verify", help="check the signature and every byte of a pack")
    verify.add_argument("dir", type=Path, metavar="DIR")
    install = verbs.add_parser("install", help="install a pack beside the one in use")
    install.add_argument("--from", dest="source", type=Path, required=True, metavar="DIR")
    listing = verbs.add_parser("list", help="packs of a state folder")
    rollback = verbs.add_parser("rollback", help="go back to the pack before")
    for state in (install, listing, rollback):
        state.add_argument("--state", type=Path, required=True, metavar="DIR")
    install.add_argument("--now", metavar="ISO8601")
    po = verbs.add_parser("po", help="the interface strings as gettext .po, and back")
    po.add_argument("way", choices=["export", "import"])
    po.add_argument("file", type=Path, metavar="FILE.po")
    po.add_argument("--language", default="sw")
    tables = verbs.add_parser("tables", help="the catalogue as an SQLite file for people")
    tables.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.db")
    for reading in (search, show, tables):
        reading.add_argument("--pack", type=Path, metavar="DIR")
    for rooted in (search, show, tables, verify, install):
        add_site(rooted, required=False, what="whose root key to believe")
        rooted.add_argument("--root", type=Path, metavar="FILE", help="a root.pub to believe")
    for spoken in (search, show, tables, lint, build, verify, install, listing, rollback, po):
        add_json(spoken)


def run(arguments: argparse.Namespace) -> int:
    """Do one act; 0, or the fault's code."""
    acts = {
        "search": _search,
        "show": _show,
        "tables": _tables,
        "lint": _lint,
        "build": _build,
        "verify": _verify,
        "install": _install,
        "list": _list,
        "rollback": _rollback,
        "po": _po,
    }
    return acts[arguments.act](arguments)


def _search(arguments: argparse.Namespace) -> int:
    catalogue = _catalogue(arguments)
    found = catalogue.search(arguments.text, arguments.language, arguments.limit)
    if arguments.json:
        rows = [{"code": each.code, "title": each.title(arguments.language)} for each in found]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for service in found:
        agency = catalogue.agency(service.agency)
        print(f"{service.code:<9} {service.title(arguments.language)}  [{agency.code}]")
    if not found:
        print("nothing found", file=sys.stderr)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from datetime import date

    from content.catalogue.describe import described
    from provisioning.clock import EAT, SystemClock

    day = SystemClock().now().astimezone(EAT).date()
    if arguments.day:
        try:
            day = date.fromisoformat(arguments.day)
        except ValueError as error:
            raise UsageFault(f"--day: {error}; write YYYY-MM-DD.") from error
    found = described(_catalogue(arguments), arguments.code, day)
    print(json.dumps(found, ensure_ascii=False, indent=None if arguments.json else 1))
    return 0


def _tables(arguments: argparse.Namespace) -> int:
    from content.authoring.catalogue_file import write_catalogue_file

    _tell(arguments, dict(write_catalogue_file(_catalogue(arguments), arguments.output)))
    return 0


def _lint(arguments: argparse.Namespace) -> int:
    from content.authoring.build import draft
    from content.authoring.catalogue_lint import lint_catalogue
    from content.faults import SourcesRefused

    found = lint_catalogue(draft(arguments.sources or DEFAULT_SOURCES))
    if arguments.json:
        print(json.dumps([each.json() for each in found], ensure_ascii=False, indent=1))
    else:
        for each in found:
            print(f"{each.severity} {each.code}: {each}")
        print(f"{len(found)} remarks")
    return SourcesRefused.code if any(each.severity == "error" for each in found) else 0


def _build(arguments: argparse.Namespace) -> int:
    from content.authoring.build import DEFAULT_ID, build
    from kiosk.tools.form_tryout.run import refuse_broken
    from provisioning.identity.keys import FileKeyStore
    from provisioning.node.site import Site

    if arguments.key is not None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        secret = FileKeyStore(arguments.key.parent).read(arguments.key.stem)
        signer = Ed25519PrivateKey.from_private_bytes(secret)
    elif arguments.site is not None:
        signer = Site.open(arguments.site).root_key()
    else:
        raise UsageFault("content build signs the pack: give --site DIR or --key FILE.")
    sources = arguments.sources or DEFAULT_SOURCES
    pack_id = DEFAULT_ID if sources == DEFAULT_SOURCES else sources.name
    refuse_broken(sources / "forms")
    made = build(sources, arguments.output, signer, _moment(arguments.now), pack_id=pack_id)
    _tell(arguments, {"id": made.id, "version": made.version, "files": len(made.files)})
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from content.pack.pack import Pack

    manifest = Pack.open(arguments.dir, _root(arguments)).manifest
    told = {"ok": True, "id": manifest.id, "version": manifest.version}
    _tell(arguments, told | {"files": len(manifest.files)})
    return 0


def _install(arguments: argparse.Namespace) -> int:
    from content.pack.install import InstalledPacks

    shelf = InstalledPacks(arguments.state, _root(arguments))
    installed = shelf.install(arguments.source, _moment(arguments.now))
    _tell(arguments, {"version": installed.version, "already_current": installed.already_current})
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from content.pack.install import versions

    current, previous = versions(arguments.state)
    _tell(arguments, {"current": current, "previous": previous})
    return 0


def _rollback(arguments: argparse.Namespace) -> int:
    from content.pack.install import roll_back

    _tell(arguments, {"current": roll_back(arguments.state)})
    return 0


def _po(arguments: argparse.Namespace) -> int:
    from content.i18n import po

    table = DEFAULT_SOURCES / "strings.csv"
    if arguments.way == "export":
        count = po.export(table, arguments.file, arguments.language)
    else:
        count = po.bring_in(arguments.file, table, arguments.language)
    _tell(arguments, {"strings": count})
    return 0


def _catalogue(arguments: argparse.Namespace) -> Catalogue:
    from content.authoring.build import draft
    from content.catalogue.catalogue import Catalogue

    if arguments.pack is None and arguments.site is not None:
        return Catalogue.open(arguments.site / "pack", _root(arguments))
    if arguments.pack is None:
        return draft(DEFAULT_SOURCES, forms=arguments.act in {"show", "tables"})
    return Catalogue.open(arguments.pack, _root(arguments))


def _root(arguments: argparse.Namespace) -> bytes:
    from provisioning.node.site import Site

    if arguments.site is not None:
        return Site.open(arguments.site).root_public
    if arguments.root is not None:
        try:
            return bytes.fromhex(arguments.root.read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise UsageFault(f"{arguments.root} is not a root.pub: {error}.") from error
    raise UsageFault("a pack is believed by its root key: give --site DIR or --root FILE.")


def _moment(text: str | None) -> datetime:
    from datetime import UTC, datetime

    from provisioning.clock import SystemClock

    if text is None:
        return SystemClock().now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageFault(f"--now: {error}; write 2026-11-23T08:00:00+03:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tell(arguments: argparse.Namespace, facts: dict[str, object]) -> None:
    if arguments.json:
        print(json.dumps(facts))
    else:
        print(", ".join(f"{name} {value}" for name, value in facts.items()))
