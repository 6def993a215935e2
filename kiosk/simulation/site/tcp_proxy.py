"""TCP proxy: a connection between two nodes of a simulated site that can be cut.

It only carries bytes both ways and counts them; CURVE runs end to end through it. "Network down"
is this process killed: connections break and new ones are refused. Run as `python -m
kiosk.simulation.site.tcp_proxy LISTEN_PORT HOST PORT [COUNTS_FILE]`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

CHUNK_BYTES = 64 * 1024


class TcpProxy:
    """One listening port forwarded to one address; `carried` is bytes in both directions."""

    def __init__(self, port: int, host: str, target: int, counts: Path | None) -> None:
        self._port, self._host, self._target = port, host, target
        self._file = counts.open("r+b" if counts.exists() else "w+b") if counts else None
        self.carried = int(self._file.read() or 0) if self._file else 0

    async def serve(self) -> None:
        """Forward until killed."""
        server = await asyncio.start_server(self._join, "127.0.0.1", self._port)
        async with server:
            await server.serve_forever()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, self._target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(CHUNK_BYTES):
                target.write(data)
                await target.drain()
                self.carried += len(data)
                if self._file is not None:
                    # One write of a fixed width, so that a kill leaves the old or the new figure.
                    os.pwrite(self._file.fileno(), b"%020d" % self.carried, 0)
        except OSError:
            pass
        finally:
            target.close()


def main(words: list[str]) -> int:
    """Forward LISTEN_PORT to HOST PORT until killed."""
    port, host, target = int(words[0]), words[1], int(words[2])
    counts = Path(words[3]) if len(words) > 3 else None
    asyncio.run(TcpProxy(port, host, target, counts).serve())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
