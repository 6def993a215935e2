"""`huduma screens`: every state of a visit with the ids a story can touch there."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from content.catalogue.catalogue import Catalogue
from kiosk.cli.arguments import add_json, add_site
from kiosk.tools.screen_samples import ScreenSamples, default_samples
from provisioning.node.site import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A site's own pack, or the default one."""
    add_site(parser, required=False, what="use this site's content pack")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print; 0."""
    if arguments.site is None:
        with default_samples() as samples:
            states = samples.states()
    else:
        states = ScreenSamples(_catalogue(arguments.site)).states()
    if arguments.json:
        print(json.dumps({"states": states}, ensure_ascii=False, indent=1))
        return 0
    for row in states:
        print(f"{row['state']:<14} {' '.join(row['elements'])}")
    return 0


def _catalogue(site: Path) -> Catalogue:
    found = Site.open(site)
    return Catalogue.open(found.dir / "pack", found.root_public)
