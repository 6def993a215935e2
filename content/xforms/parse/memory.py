"""Memory: keeps a process fast and small while it parses a form.

While a form is read the cyclic collector would walk every node made so far, again and again; and
the memory of the parsed XML stays with the process unless it is given back (a list of 20,000 rows
in a form: 50 MB).
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_LIBC = ctypes.CDLL(None)


@contextmanager
def loading() -> Iterator[None]:
    """Around `parse_form`: no collector meanwhile, free memory to the system afterwards."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        trim = getattr(_LIBC, "malloc_trim", None)  # glibc only; takes a few milliseconds
        if trim is not None:
            trim(0)
