"""Network printers: raw TCP, port 9100. Name look-up and connection have a deadline as well."""

from __future__ import annotations

import os
import socket

from peripherals.device import DeviceLost
from peripherals.drivers.descriptor import DescriptorTransport

CONNECT_S = 2.0


def open_tcp(host: str, port: int, *, connect_s: float = CONNECT_S) -> DescriptorTransport:
    """Connect; raises `DeviceLost`. Hosts are addresses: a name would block in the resolver."""
    identity = f"{host}:{port}"
    try:
        link = socket.create_connection((host, port), timeout=connect_s)
    except OSError as error:
        msg = f"No printer answers at {identity} ({error}); check its network cable and address."
        raise DeviceLost(msg) from error
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
    descriptor = os.dup(link.fileno())
    link.close()
    return DescriptorTransport(descriptor, identity)
