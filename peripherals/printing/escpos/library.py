"""python-escpos, imported once and without its side effects.

Its import makes a temporary directory, unpickles a cache from it, parses 200 KB of printer data
(0.4 s) and takes over the root logger. All of that happens here, inside a private directory that
is gone afterwards, with the one printer our profiles do not describe better.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from peripherals.printing.document import Align

_CAPABILITIES = {
    "profiles": {
        "default": {
            "name": "Default",
            "notes": "",
            "features": {"qrCode": True, "paperFullCut": True, "paperPartCut": True},
            "codePages": {"0": "CP437", "16": "CP1252", "19": "CP858"},
            "fonts": {"0": {"columns": 48, "name": "A"}, "1": {"columns": 64, "name": "B"}},
            "media": {"dpi": 203, "width": {"mm": 80, "pixels": 576}},
            "colors": {"0": "black"},
        }
    },
    "encodings": {
        name: {"name": name, "python_encode": name.lower()} for name in ("CP437", "CP858", "CP1252")
    },
}


_PRIVATE = "huduma-escpos-"


def sweep(folder: Path) -> None:
    """Remove the private directories of our processes that were killed while they imported."""
    for left in folder.glob(f"{_PRIVATE}*-*"):
        maker = Path("/proc", left.name.removeprefix(_PRIVATE).partition("-")[0])
        with suppress(OSError):
            if left.lstat().st_uid == os.geteuid() and not maker.exists():
                shutil.rmtree(left)


@lru_cache(maxsize=1)
def printer_class() -> Any:
    """The encoder without a device, imported at the first call (0.2 s)."""
    root = logging.getLogger()
    guard = logging.NullHandler()
    before = tempfile.tempdir
    sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{_PRIVATE}{os.getpid()}-") as private:
        known = Path(private) / "capabilities.json"
        known.write_text(json.dumps(_CAPABILITIES))
        guiding = {
            "ESCPOS_CAPABILITIES_PICKLE_DIR": private,
            "ESCPOS_CAPABILITIES_FILE": str(known),
        }
        root.addHandler(guard)
        tempfile.tempdir = private
        os.environ.update(guiding)
        try:
            from escpos.printer import Dummy  # noqa: PLC0415 - slow; only the service needs it
        finally:
            tempfile.tempdir = before
            for variable in guiding:
                del os.environ[variable]
            root.removeHandler(guard)
    return Dummy


@lru_cache(maxsize=4)
def align(where: Align) -> bytes:
    """The library's command for a line that stands there."""
    escpos = printer_class()()
    escpos.set(align={Align.CENTRE: "center"}.get(where, where.value))
    return bytes(escpos.output)


@lru_cache(maxsize=1)
def cut() -> bytes:
    """The library's command to feed to the cutter and cut."""
    escpos = printer_class()()
    escpos.cut(feed=False)
    return bytes(escpos.output)


@lru_cache(maxsize=8)
def code_page(codec: str) -> bytes:
    """The library's command for a code page."""
    escpos = printer_class()()
    escpos.charcode(codec.upper())
    return bytes(escpos.output)
