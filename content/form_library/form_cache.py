"""Form cache: parsed forms kept between visits, and a new record for each citizen.

A form is parsed once and kept for the next visitor (`KEPT` of them, the least recently used is
dropped first); a record never is. Lists over 500 rows live in SQLite, so that they never become
Python nodes here. Random numbers and shuffles follow the visit: the same visit sees the same order
twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from content.catalogue.model import FormAsset
from content.form_library.sqlite_choice_tables import SqliteTables
from content.xforms.parse.form import Form, digest_of
from content.xforms.parse.memory import loading
from content.xforms.parse.reader import parse_form
from content.xforms.session.session import FormSession
from provisioning.clock import EAT
from provisioning.ids import Ids

KEPT = 4
ROWS_MAX = 500
"""Rows of one repeat at a kiosk: nobody fills more, and a slip of the finger asks for thousands."""


class FormOpener:
    """Opens records. Forms it has parsed are shared by all of them."""

    def __init__(self) -> None:
        self._forms: OrderedDict[str, Form] = OrderedDict()

    def form(self, asset: FormAsset) -> Form:
        """The parsed form of `asset`; raises the faults of `parse_form`."""
        key = digest_of(asset.xml, asset.media)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _parsed(asset)
            if len(self._forms) > KEPT:
                self._forms.popitem(last=False)
        self._forms.move_to_end(key)
        return form

    def start(
        self,
        asset: FormAsset,
        visit: UUID,
        *,
        now: Callable[[], datetime],
        ids: Ids,
        locate: Callable[[], str | None] | None = None,
        snapshot: bytes | None = None,
    ) -> FormSession:
        """A new record, or the draft of `snapshot` (raises `SnapshotRefused`). `locate` says where
        the kiosk stands, for forms that note it.
        """
        return FormSession(
            self.form(asset),
            now=now,
            tz=EAT,
            ids=ids,
            seed=visit.int & 0x7FFF_FFFF,
            locate=locate,
            rows_max=ROWS_MAX,
            snapshot=snapshot,
        )


def _parsed(asset: FormAsset) -> Form:
    with loading():
        return parse_form(asset.xml, asset.media, tables=SqliteTables())
