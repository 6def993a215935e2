"""Compression: the only compressor of the project, with limits when unpacking.

zstd without its magic number, with `records.zdict` as dictionary (trained on synthetic records
only: a dictionary holds pieces of its samples in clear). The first byte of a packed value says how
it was packed, so a later dictionary is one more row of the table and old values stay readable. The
content of the bytes does not matter here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import zstandard

from sync.faults import BadBatch

STORED, ZSTD_1 = 0, 1
_DICTIONARY = Path(__file__).with_name("records.zdict")
_LEVEL = 19
_WINDOW_MAX = 8 << 20
"""What level 19 looks back over; a frame that asks for more memory is refused."""


class Compressor:
    """Packs and unpacks; keeps the digested dictionary, which costs more than a small value."""

    def __init__(self, dictionary: bytes) -> None:
        words = zstandard.ZstdCompressionDict(dictionary)
        magicless = zstandard.FORMAT_ZSTD1_MAGICLESS
        parameters = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL,
            format=magicless,
            write_content_size=False,
            write_checksum=False,
            write_dict_id=False,
        )
        words.precompute_compress(compression_params=parameters)
        self._compressor = zstandard.ZstdCompressor(dict_data=words, compression_params=parameters)
        self._expander = zstandard.ZstdDecompressor(
            dict_data=words, format=magicless, max_window_size=_WINDOW_MAX
        )

    def pack(self, plain: bytes) -> bytes:
        """`plain` in its shortest form, with the byte that says which."""
        small = self._compressor.compress(plain)
        if len(small) < len(plain):
            return bytes([ZSTD_1]) + small
        return bytes([STORED]) + plain

    def unpack(self, packed: bytes, limit: int) -> bytes:
        """The plain bytes, at most `limit` of them; raises `BadBatch`."""
        if packed[:1] == bytes([STORED]) and len(packed) <= limit + 1:
            return packed[1:]
        if packed[:1] == bytes([ZSTD_1]):
            try:
                with self._expander.stream_reader(packed[1:], read_across_frames=False) as reader:
                    plain = bytes(reader.read(limit + 1))
            except zstandard.ZstdError as error:
                msg = "A compressed part does not expand; the batch was damaged before signing."
                raise BadBatch(msg) from error
            if len(plain) <= limit:
                return plain
        msg = "A part is packed in an unknown way or grows beyond its limit; update this node."
        raise BadBatch(msg)


@cache
def compressor() -> Compressor:
    """The packer with the shipped dictionary."""
    return Compressor(_DICTIONARY.read_bytes())
