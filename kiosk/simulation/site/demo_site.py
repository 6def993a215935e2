"""Demo: a new demo site in a folder, as `huduma provision demo` lays it out."""

from __future__ import annotations

from pathlib import Path

from kiosk.cli.main import main
from provisioning.node.site import Site, SiteFault


def new_demo_site(folder: Path) -> Site:
    """Lay out a demo site in the new or empty `folder`; raises `SiteFault`."""
    status = main(["provision", "demo", str(folder)])
    if status != 0:
        raise SiteFault(f"No demo site could be laid out in {folder} (code {status}).")
    return Site.open(folder)
