"""`huduma screens`: every state of a visit with the ids a story can touch there."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.arguments import add_json, add_site

if TYPE_CHECKING:
    from content.catalogue.catalogue import Catalogue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A site's own pack, or the default one."""
    add_site(parser, required=False, what="use this site's content pack")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print; 0."""
    from kiosk.tools.screen_samples import ScreenSamples
    from provisioning.clock import SystemClock
    from provisioning.ids import SystemIds

    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="huduma-pack-") as folder:
        samples = ScreenSamples(_catalogue(arguments.site, Path(folder)), clock, SystemIds(clock))
        states = samples.states()
    if arguments.json:
        print(json.dumps({"states": states}, ensure_ascii=False, indent=1))
        return 0
    for row in states:
        print(f"{row['state']:<14} {' '.join(row['elements'])}")
    return 0


def _catalogue(site: Path | None, folder: Path) -> Catalogue:
    from content.authoring.build import build_default
    from content.catalogue.catalogue import Catalogue
    from provisioning.clock import SystemClock
    from provisioning.identity.keys import signing_key
    from provisioning.ids import SystemIds
    from provisioning.node.site import Site

    if site is not None:
        found = Site.open(site)
        return Catalogue.open(found.dir / "pack", found.root_public)
    clock = SystemClock()
    key = signing_key(SystemIds(clock).token(32))
    build_default(folder / "pack", key, clock.now())
    return Catalogue.open(folder / "pack", key.public_key().public_bytes_raw())
