"""Demo staff: three people who may sign in at the centre's pages of a demo site, with their PINs.

Made when the pages are first served there; `staff-pins.txt` (0600) keeps the PINs for whoever
tries the demo. A real centre's list is kept by `huduma centre staff`.
"""

from __future__ import annotations

from kiosk.centre.api.tokens import StaffRole
from kiosk.centre.web.staff_accounts import StaffAccounts
from provisioning.durable_files import replace_file
from provisioning.ids import Ids
from provisioning.node.site import Site

STAFF_PINS_FILE = "staff-pins.txt"
STAFF = (("A1", StaffRole.AGENT), ("S1", StaffRole.SUPERVISOR), ("M1", StaffRole.MANAGER))


def demo_staff(site: Site, ids: Ids) -> list[str]:
    """One line a person: name, role, PIN."""
    kept = site.dir / STAFF_PINS_FILE
    if not kept.exists():
        accounts = StaffAccounts(next(iter(site.nodes("centre"))).dir)
        lines = [
            f"{name} {role} {accounts.enrol(name, role, None, ids)[0]}" for name, role in STAFF
        ]
        replace_file(kept, "".join(f"{line}\n" for line in lines).encode())
    return kept.read_text().splitlines()
