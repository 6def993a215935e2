"""A simulated GNSS receiver, as gpsd (`--tcp PORT`) or as an NMEA serial line (`--pty LINK`).

Orders: `fix LAT LON`, `nofix`, `zero` (0, 0 with mode 3, as broken receivers send), `garble`
(wrong checksums), `halffix` (mode 3 without a latitude), `silent`, `jump KM` (to the north).
"""

from __future__ import annotations

import argparse
import json

from peripherals.simulators import harness

_PERIOD_S = 1.0
_MODES = ("fix", "nofix", "zero", "garble", "halffix", "silent")


def nmea(body: str, *, spoil: bool = False) -> bytes:
    """A sentence with its checksum (or, spoilt, a wrong one)."""
    total = 0
    for character in body:
        total ^= ord(character)
    return f"${body}*{total ^ spoil:02X}\r\n".encode("ascii")


def gga(latitude: float, longitude: float, quality: int = 1, *, spoil: bool = False) -> bytes:
    """A GGA sentence for a place in degrees."""
    lat, lon = abs(latitude), abs(longitude)
    place = (
        f"{int(lat):02d}{min(lat % 1 * 60, 59.9999):07.4f},{'N' if latitude >= 0 else 'S'},"
        f"{int(lon):03d}{min(lon % 1 * 60, 59.9999):07.4f},{'E' if longitude >= 0 else 'W'}"
    )
    where = place if quality else ",,,"
    return nmea(f"GPGGA,083015.00,{where},{quality},08,1.2,1795.0,M,-15.0,M,,", spoil=spoil)


class GnssSimulator:
    """Reports once a second. Begins in Nairobi with a fix."""

    def __init__(self, *, gpsd: bool, place: tuple[float, float] = (-1.2864, 36.8172)) -> None:
        self._gpsd = gpsd
        self.place = place
        self.mode = "fix"
        self._watched = not gpsd
        self._next: float | None = None
        self._out = b""

    def heard(self, chunk: bytes, now: float) -> None:
        if self._gpsd and b"?WATCH" in chunk:
            self._watched, self._next = True, now
            self._out += b'{"class":"VERSION","release":"3.22","proto_major":3}\r\n'

    def due(self, now: float) -> bytes:
        octets, self._out = self._out, b""
        if self._next is None:
            self._next = now
        while self._watched and self._next <= now:
            self._next += _PERIOD_S
            octets += self._report()
        return octets

    def order(self, words: list[str], now: float) -> str:
        del now
        match words:
            case ["fix", latitude, longitude]:
                self.place, self.mode = (float(latitude), float(longitude)), "fix"
            case ["jump", km]:
                self.place = (self.place[0] + float(km) / 111.2, self.place[1])
            case [mode] if mode in _MODES:
                self.mode = mode
            case _:
                return "orders: fix LAT LON, jump KM, " + ", ".join(_MODES[1:])
        return ""

    def _report(self) -> bytes:
        if self.mode == "silent":
            return b""
        return self._tpv() if self._gpsd else self._sentence()

    def _sentence(self) -> bytes:
        if self.mode in {"nofix", "halffix"}:
            return gga(0, 0, 0) + nmea("GPRMC,083015.00,V,,,,,,,211126,,,N")
        if self.mode == "zero":
            return gga(0.0, 0.0)
        return gga(*self.place, spoil=self.mode == "garble")

    def _tpv(self) -> bytes:
        if self.mode == "garble":
            return b'{"class":"TPV","mode":3,"lat":-1.2,"lon\r\n'
        report: dict[str, object] = {"class": "TPV", "mode": 1 if self.mode == "nofix" else 3}
        latitude, longitude = (0.0, 0.0) if self.mode == "zero" else self.place
        if self.mode in {"fix", "zero"}:
            report |= {"lat": latitude, "lon": longitude, "eph": 6.0}
        elif self.mode == "halffix":
            report |= {"lon": longitude}
        return json.dumps(report).encode("ascii") + b"\r\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    harness.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    simulator = GnssSimulator(gpsd=arguments.tcp is not None)
    return harness.serve(simulator, harness.open_port(arguments), arguments)
