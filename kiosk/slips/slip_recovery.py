"""Slip recovery: after a power cut, slips that waited are made again from the journal.

A slip in the spool is sealed under the root of one boot (ADR 0012), so in the next boot nobody can
read it. At the core's start each is made again from what the journal says and sealed anew; its
state, its copies and its print-by time stay. One that cannot be made again (a code of a saved
form is nowhere; a form of an older pack) is given up, in the journal as `print.expired`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from peripherals.printing.document import Document
from peripherals.printing.jobs import JobRow
from peripherals.printing.spool import Spool
from provisioning.faults import Fault
from sync.journal.node_database import NodeDatabase

SlipMaker = Callable[[str, JobRow], Document | None]
"""From a job's key and row to its slip; None when that cannot be told any more."""

LOST = "power was cut; this slip cannot be made again"


def recover_slips(
    database: NodeDatabase, spool: Spool, makers: Mapping[str, SlipMaker]
) -> tuple[int, int]:
    """Make again what an earlier boot left; `makers` by the first word of a job's key. How many
    slips were made again, how many given up.
    """
    again = lost = 0
    for key, job in spool.left_behind():
        slip = _made(makers, key, job)
        with database.store.transaction() as tx:
            if slip is not None:
                spool.seal_again(tx, job.id, slip)
                again += 1
            elif spool.give_up_unreadable(tx, job.id, LOST):
                body = {"job": job.id, "kind": job.kind, "cause": "power-cut"}
                database.journal.append(tx, "print.expired", job.subject, body)
                lost += 1
    return again, lost


def _made(makers: Mapping[str, SlipMaker], key: str, job: JobRow) -> Document | None:
    maker = makers.get(key.partition(":")[0])
    try:
        return maker(key, job) if maker is not None else None
    except Fault:  # the pack was changed meanwhile and does not know it any more
        return None
