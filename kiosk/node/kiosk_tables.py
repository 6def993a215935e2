"""The tables of a kiosk's database, and which of them are a fold of its journal.

Apart from `database.py`, so that a centre loads nothing of a visit, its forms and its devices.
"""

from __future__ import annotations

from kiosk.adapters.case_status import CASE_TABLES
from kiosk.adapters.drafts import RESUME_TABLES
from kiosk.adapters.feedback import FEEDBACK_RECEIPTS, FEEDBACK_TABLES
from kiosk.adapters.references import REFERENCE_TABLES
from kiosk.adapters.retention import RETENTION_TABLES
from kiosk.adapters.staff_call import STAFF_CALL_TABLES, StaffCalls
from kiosk.adapters.submissions import FORM_RECEIPTS, FORM_TABLES
from kiosk.ticketing.ticket_table import TICKET_TABLES, TicketTable
from peripherals.device_loop.status_table import EQUIPMENT_TABLES
from peripherals.printing.spool import SPOOL_TABLES
from peripherals.sms.queue import SMS_TABLES
from sync.answers.answer_store import ANSWER_TABLES
from sync.journal.entry import Projection
from sync.journal.journal import JOURNAL_TABLES

KIOSK_TABLES = (
    JOURNAL_TABLES,
    TICKET_TABLES,
    FORM_TABLES,
    CASE_TABLES,
    FEEDBACK_TABLES,
    REFERENCE_TABLES,
    STAFF_CALL_TABLES,
    RETENTION_TABLES,
    RESUME_TABLES,
    SPOOL_TABLES,
    EQUIPMENT_TABLES,
    SMS_TABLES,
    ANSWER_TABLES,
)


def kiosk_projections() -> tuple[Projection, ...]:
    """Every table of a kiosk that is a fold of its journal."""
    return (TicketTable(), FORM_RECEIPTS, FEEDBACK_RECEIPTS, StaffCalls())
