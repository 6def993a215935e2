"""Faults: the base class of every expected failure that is shown to a person.

A fault carries one clear sentence that says what to do, and a number. The number is the exit
code of a command, the code an attendant reads from the screen and the code in the journal:
2 usage, 10-19 settings, 20-29 devices, 30-39 content, 40-49 sync, 50-59 queue, 60-69 forms,
71-78 enrolment, 79 a stick.

Bugs are not faults: they are ordinary exceptions, they crash the process and a supervisor
restarts it.
"""

from __future__ import annotations

import errno
from typing import ClassVar

INPUT_ERRORS = (ValueError, ArithmeticError, LookupError, TypeError, RecursionError)
"""What reading bytes from outside raises when nobody foresaw them: their form, range, depth or
letters. A boundary catches these, refuses the input with a code and goes on."""

DISK_ERRORS = {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO}
"""What a full, read-only or broken disk says, whatever was being written."""


class Fault(Exception):
    """An expected failure; `str(fault)` is the sentence for the person, `code` its number."""

    code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UsageFault(Fault):
    """The command line does not make sense."""

    code = 2
