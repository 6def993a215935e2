"""TCP lines: network printers (raw, port 9100), gpsd, NUT.

Addresses are numbers: a name could make us wait for a name server, and `localhost` is the one
that cannot. The kernel's keep-alive finds a peer that is gone while nobody writes.
"""

from __future__ import annotations

import errno
import os
import select
import socket

from peripherals.drivers.descriptor import DescriptorLine
from peripherals.faults import BadDeviceUrl, DeviceLost

_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 15_000),  # ms that bytes may go unacknowledged
)


class TcpLine(DescriptorLine):
    """A TCP connection, begun without waiting; it is open once bytes go through."""

    def __init__(self, host: str, port: int) -> None:
        what = f"{host}:{port}"
        address = "127.0.0.1" if host == "localhost" else host
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(
                address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
            )[0]
        except socket.gaierror:
            raise BadDeviceUrl(f"{host} must be written as an address in numbers.") from None
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        for level, option, value in _KEEPALIVE:
            connection.setsockopt(level, option, value)
        outcome = connection.connect_ex(place)
        if outcome not in {0, errno.EINPROGRESS}:
            connection.close()
            raise DeviceLost(f"{what} does not answer ({os.strerror(outcome)}).")
        super().__init__(connection.detach(), what)

    def wait_open(self, deadline_s: float) -> None:
        """Wait until the connection stands; `DeviceLost` when it does not in time."""
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        there = poll.poll(max(0, round(deadline_s * 1000)))
        if not there or there[0][1] & (select.POLLERR | select.POLLHUP):
            self.close()
            raise DeviceLost(f"Nothing answers at {self.what}; check its network cable, address.")

    def read(self) -> bytes:
        try:
            return super().read()
        except DeviceLost as lost:
            if isinstance(lost.__cause__, OSError) and lost.__cause__.errno == errno.ENOTCONN:
                return b""  # still connecting
            raise

    def write(self, chunk: bytes) -> int:
        try:
            return super().write(chunk)
        except DeviceLost as lost:
            if isinstance(lost.__cause__, OSError) and lost.__cause__.errno == errno.ENOTCONN:
                return 0
            raise
