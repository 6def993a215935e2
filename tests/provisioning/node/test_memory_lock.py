"""A process that is asked to keep its memory private does."""

from __future__ import annotations

import subprocess
import sys

SHOW = (
    "import ctypes, resource; from provisioning.node.memory_lock import keep_memory_private;"
    "keep_memory_private(); print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),"
    " resource.getrlimit(resource.RLIMIT_CORE))"
)


def test_a_process_keeps_its_memory_to_itself():
    shown = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "0 (0, 0)"
