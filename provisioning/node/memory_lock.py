"""Memory lock: what a process of a node does so that its memory stays its own.

No core dump, no reading by other processes of the account (`PR_SET_DUMPABLE` off: then only root
can), and, where the system allows it, no swapping out. The last may fail without the right to
lock memory; a kiosk in the field has no swap.
"""

from __future__ import annotations

import ctypes
import resource

_PR_SET_DUMPABLE = 4
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_LIBC = ctypes.CDLL(None, use_errno=True)


def keep_memory_private() -> bool:
    """Once, before personal data comes in; whether memory is locked against swapping too."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
    # With a limit, locking what comes later would make an allocation fail in the middle of a visit.
    return unlimited and _LIBC.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0
