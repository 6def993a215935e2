"""Serves the HTTP API and the kiosks in one thread: uvicorn's loop also turns the ZeroMQ socket.

One thread, one database connection: a number and a call are one transaction after another, and
nothing is locked. Kiosks are answered as soon as their frame arrives (the socket's descriptor is
watched), and looked after every `TURN_S` in case a wake-up was missed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from kiosk.centre.service.server import CentreService
from sync.transports.zmq_transport import LinkFault, ZmqServer

TURN_S = 0.05
_BACKLOG = 256


def listening_socket(address: str, port: int) -> socket.socket:
    """A socket for the HTTP server (port 0: any free one); raises `LinkFault`."""
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # for TCP_NODELAY
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((address, port))
        found.listen(_BACKLOG)
    except OSError as error:
        msg = f"The address {address} port {port} cannot be used ({error.strerror}); free it."
        raise LinkFault(msg) from error
    return found


@dataclass(frozen=True, slots=True)
class WebPort:
    """One application on one socket; `certificate` a PEM file with its key: HTTPS."""

    app: Starlette
    listening: socket.socket
    certificate: Path | None = None


class FurtherServer(uvicorn.Server):
    """A second server of this process: signals are the first one's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals as they are."""
        yield


def serve(
    ports: Sequence[WebPort],
    service: CentreService,
    kiosks: ZmqServer,
    stopped: Callable[[], bool],
) -> None:
    """Serve every port and the kiosks until SIGTERM, or until `stopped` says so."""
    first, *further = ports
    servers: list[uvicorn.Server] = [uvicorn.Server(_config(first))]
    servers += [FurtherServer(_config(each)) for each in further]
    asyncio.run(_serve(servers, [each.listening for each in ports], service, kiosks, stopped))


def _config(port: WebPort) -> uvicorn.Config:
    return uvicorn.Config(
        port.app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        loop="asyncio",
        http="h11",
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=16_384,
        ssl_certfile=port.certificate,
    )


async def _serve(
    servers: Sequence[uvicorn.Server],
    listening: Sequence[socket.socket],
    service: CentreService,
    kiosks: ZmqServer,
    stopped: Callable[[], bool],
) -> None:
    turning = asyncio.create_task(_turn(servers, service, kiosks, stopped))
    further = [
        asyncio.create_task(server.serve(sockets=[each]))
        for server, each in zip(servers[1:], listening[1:], strict=True)
    ]
    try:
        await servers[0].serve(sockets=[listening[0]])
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*further)
    finally:
        turning.cancel()
        with suppress(asyncio.CancelledError):
            await turning


async def _turn(
    servers: Sequence[uvicorn.Server],
    service: CentreService,
    kiosks: ZmqServer,
    stopped: Callable[[], bool],
) -> None:
    """Answer kiosks between HTTP requests."""
    loop = asyncio.get_running_loop()
    wake = asyncio.Event()
    for descriptor in kiosks.descriptors():
        loop.add_reader(descriptor, wake.set)
    try:
        while not stopped():
            wake.clear()
            more = service.turn(kiosks, 0)
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), 0 if more else TURN_S)
        for server in servers:
            server.should_exit = True
    finally:
        for descriptor in kiosks.descriptors():
            loop.remove_reader(descriptor)
