"""Device URLs: `KIND+DRIVER:WHERE?name=value&…` of the settings, read strictly, printers' too.

An unknown kind, driver or parameter is refused with a sentence that says what is allowed: a
misspelt parameter silently ignored is a device that fails in the field.
Parameters of every device: `port`, `serial`, `model` (see `peripherals.connection.hotplug.Match`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

from peripherals.connection.hotplug import Match
from peripherals.faults import BadDeviceUrl

_MATCH = ("port", "serial", "model")


@dataclass(frozen=True, slots=True)
class DeviceUrl:
    """One configured device. `place` is the path of a URL whose path may be relative."""

    kind: str
    driver: str
    host: str
    port: int | None
    path: str
    place: str
    parameters: Mapping[str, str]
    match: Match

    def address(self, port: int, host: str = "") -> tuple[str, int]:
        """The numeric host and the port, `host` and `port` where none is named.

        Raises `BadDeviceUrl`. A name could make us wait for a name server, all but `localhost`.
        """
        host = self.host or host
        try:
            ip_address("127.0.0.1" if host == "localhost" else host)
        except ValueError:
            raise BadDeviceUrl(
                f"{host!r} must be written as an address in numbers, such as 192.168.1.40."
            ) from None
        if self.port == 0:
            raise BadDeviceUrl(f"{host}:0: 0 is no port; {port} is the usual one.")
        return host, self.port or port

    def text(self, name: str, default: str) -> str:
        return self.parameters.get(name, default)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds; raises `BadDeviceUrl`."""
        word = self.parameters.get(name)
        if word is None:
            return default
        plain = word.isascii() and word.isdigit() and len(word) < 12
        if not plain or not least <= int(word) <= most:
            raise BadDeviceUrl(f"{name}={word}: write a whole number from {least} to {most}.")
        return int(word)

    def flag(self, name: str, *, default: bool) -> bool:
        word = self.parameters.get(name, "yes" if default else "no")
        if word not in {"yes", "no"}:
            raise BadDeviceUrl(f"{name}={word}: write yes or no.")
        return word == "yes"

    def choice(self, name: str, default: str, allowed: Mapping[str, object]) -> str:
        word = self.parameters.get(name, default)
        if word not in allowed:
            raise BadDeviceUrl(f"{name}={word}: write one of {', '.join(sorted(allowed))}.")
        return word


def read_url(url: str, known: Mapping[str, tuple[str, ...]]) -> DeviceUrl:
    """Read a URL; `known` maps `kind+driver` to its parameters. Raises `BadDeviceUrl`."""
    try:
        parts = urlsplit(url)
    except ValueError as error:  # a bracket that is not closed, letters that turn into others
        raise BadDeviceUrl(f"{url!r} is no address ({error}); write it anew.") from None
    if parts.scheme not in known:
        raise BadDeviceUrl(
            f"No driver for {url!r}; a URL here starts with one of {', '.join(sorted(known))}."
        )
    try:
        port = parts.port
    except ValueError:
        raise BadDeviceUrl(f"{url}: the port after the colon is a number up to 65535.") from None
    words = dict(parse_qsl(parts.query, keep_blank_values=True))
    allowed = known[parts.scheme]
    for name in words:
        if name not in allowed and name not in _MATCH:
            there = ", ".join((*allowed, *_MATCH))
            raise BadDeviceUrl(f"{parts.scheme} has no parameter {name!r}; it has {there}.")
    kind, _, driver = parts.scheme.partition("+")
    match = Match(*(words.pop(name, "") for name in _MATCH))
    place = parts.netloc + parts.path
    return DeviceUrl(kind, driver, parts.hostname or "", port, parts.path, place, words, match)
