"""Content faults, codes 30 to 39.

30 a pack is refused (forged, altered, of another root, too old), 31 a pack is incomplete, 32 no
space, 33 the sources do not make a pack, 34 not in the pack, 35 a file given as a form is no form
at all (the forms commands exit with 61 for it).
"""

from __future__ import annotations

from provisioning.faults import Fault


class PackRefused(Fault):
    """A pack that must not be used: altered, unsigned, signed by another root, or too old."""

    code = 30


class PackIncomplete(Fault):
    """A pack of which a file is missing or cut short: copy it again."""

    code = 31


class NoSpace(Fault):
    """The disk cannot take the pack."""

    code = 32


class SourcesRefused(Fault):
    """The sources of a pack contradict themselves; names the file and the row."""

    code = 33


class NotInPack(Fault):
    """Asked for a service, agency, centre, form or string that this pack does not have."""

    code = 34


class FormUnreadable(Fault):
    """A file given as a form is no XLSForm and no XForm."""

    code = 35
