"""Hot-plug binding: which device node each configured device is opened on, as cables come and go.

Printers and all other devices are bound by this one rule. A device whose URL has a match rule gets
the node that plays its role, or is refused with a cause; one without keeps the path of its URL.
What was taken is told by name, once; whoever opens devices acts on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from peripherals.connection.hotplug import (
    HotplugSource,
    Match,
    MatchRefused,
    Plugged,
    PresentDevice,
    PresentDevices,
    Unplugged,
)


@dataclass(frozen=True, slots=True)
class WantedDevice:
    """What the settings say of one device: its rule, and its path where it has none."""

    match: Match
    path: str


class HotplugBinding:
    """Follows a hot-plug source; without one, every device is found by trying its path."""

    def __init__(self, source: HotplugSource | None, wanted: Mapping[str, WantedDevice]) -> None:
        self._source = source
        self._wanted = wanted
        self._present = PresentDevices(source.present() if source else ())
        self._opened: dict[str, str] = {}
        self.found: dict[str, PresentDevice | MatchRefused] = {}
        """By role. A device that is not in it is opened by its path."""

        self._place()

    def filenos(self) -> tuple[int, ...]:
        """What to wait on."""
        return () if self._source is None else (self._source.fileno(),)

    def opened(self, name: str, node: str) -> None:
        """Device `name` has been opened on `node`: that node going away is told of it."""
        self._opened[name] = node

    def turn(self) -> list[str] | None:
        """The devices whose node came, went or changed; None when nothing at all happened."""
        events = [] if self._source is None else self._source.read()
        if not events:
            return None
        moved = []
        for event in events:
            self._present.take(event)
            match event:
                case Plugged(device):
                    moved += [n for n, w in self._wanted.items() if w.path == device.node]
                case Unplugged(node):
                    moved += [name for name, opened in self._opened.items() if opened == node]
        return list(dict.fromkeys([*moved, *self._place()]))

    def close(self) -> None:
        """Let go of the source."""
        if self._source is not None:
            self._source.close()

    def _place(self) -> list[str]:
        """Give every role its node; the roles for which that is news."""
        if self._source is None:
            return []
        roles = {name: wanted.match for name, wanted in self._wanted.items() if wanted.match.named}
        before, self.found = self.found, self._present.roles(roles)
        return [name for name, found in self.found.items() if before.get(name) != found]
