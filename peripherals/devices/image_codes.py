"""Codes in an image, read by zxing-cpp: QR, PDF417, Data Matrix, Aztec, 1D codes.

The events are those of a scanner. A picture is input from outside: its size is bounded before
it is decoded, and a picture that cannot be read is an empty list, never an exception.
"""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image

from peripherals.devices.scanner import Scan, Symbology

PIXELS_MAX = 20_000_000

_KINDS = {
    "QRCode": Symbology.QR,
    "MicroQRCode": Symbology.QR,
    "PDF417": Symbology.PDF417,
    "DataMatrix": Symbology.DATA_MATRIX,
    "Aztec": Symbology.AZTEC,
    "Code128": Symbology.CODE128,
    "Code39": Symbology.CODE39,
    "EAN13": Symbology.EAN,
    "EAN8": Symbology.EAN,
}


def read_picture(octets: bytes) -> list[Scan]:
    """Every code in a JPEG or PNG, in no order."""
    try:
        with Image.open(io.BytesIO(octets), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                return []
            picture = opened.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    return [
        Scan(_KINDS.get(code.format.name, Symbology.OTHER), bytes(code.bytes))
        for code in zxingcpp.read_barcodes(picture)
        if code.valid
    ]
