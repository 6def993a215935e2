"""Settings: everything a person may choose about one node, in one strict `device.toml`.

One frozen dataclass per section; the unit is the last word of a name (`idle_s`); an unknown key, a
quoted number or a value out of range stops the start-up with the line and what to write (codes
10-15, see `toml_reader`). Sections are handed to constructors; nothing reads the file again. To
add a setting: one line here and its row in `docs/settings.md` (`huduma settings --describe` prints
the page; see `reference_page`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from provisioning.settings.toml_reader import (
    SettingRequired,
    SettingsText,
    ValueRefused,
    read_sections,
    rule_of,
    setting,
)

ROLES = ("national", "centre", "kiosk", "van")
_ENDPOINT = r"(tcp://[A-Za-z0-9.\-\[\]:*]+:\d{1,5}|ipc://.+)?"
_URL = r"[a-z][a-z0-9+.\-]*:.*"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """Which node this is. Binding only together with its certificate."""

    name: str = setting(
        doc="Node name: small letters, digits and -, as in its certificate.",
        pattern=r"[a-z][a-z0-9-]{1,31}",
    )
    role: str = setting(doc="What the node does.", choices=ROLES)
    site: str = setting(
        doc="Site code: the id of the centre in the content pack, or of the van.",
        pattern=r"[A-Za-z0-9][A-Za-z0-9-]{1,31}",
    )
    county: int = setting(doc="County number.", minimum=1, maximum=47)
    unit: int = setting(
        1, doc="Number of this kiosk within its site; no two are equal.", minimum=0, maximum=99
    )
    outing: str = setting(
        "", doc='Where a van stands these days, as citizens call it, such as "Wajir Bor market".'
    )
    field: bool = setting(
        default=False,
        doc="A provisioned device in service: simulators and an unsafe SQLite are refused.",
    )
    disk_free_mb_min: int = setting(
        200,
        doc="The doctor complains when the disk has less than this free.",
        minimum=1,
        maximum=1_000_000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """Ticket numbers: who grants them, and what to do when nobody answers."""

    centre_endpoint: str = setting(
        "", doc="Where the centre grants numbers, tcp://HOST:PORT.", pattern=_ENDPOINT
    )
    standby_endpoint: str = setting(
        "",
        doc="Where the machine that may be promoted to be the centre grants numbers then.",
        pattern=_ENDPOINT,
    )
    listen_endpoint: str = setting(
        "",
        doc="Where this node grants numbers (centre, van), tcp://ADDRESS:PORT.",
        pattern=_ENDPOINT,
    )
    grant_wait_ms: int = setting(
        300, doc="How long a citizen may wait for the centre.", minimum=10, maximum=2_000
    )
    reserve_block: int = setting(
        50,
        doc="Numbers kept in reserve for when the centre does not answer.",
        minimum=1,
        maximum=500,
    )
    pages_port: int = setting(
        0,
        doc="Port of the centre's staff pages, HTTPS on every address of the machine; 0: none.",
        minimum=0,
        maximum=65_535,
    )
    pages_names: str = setting(
        "",
        doc="Names and addresses under which tablets reach the staff pages, with spaces between;"
        " they stand in the certificate beside the machine's own name.",
        pattern=r"[A-Za-z0-9.: -]{0,400}",
    )
    hall_port: int = setting(
        0,
        doc="Port of the hall's display and of citizens' tickets, in clear; 0: none.",
        minimum=0,
        maximum=65_535,
    )
    hall_url: str = setting(
        "",
        doc="Where citizens' telephones reach the centre's hall_port over its Wi-Fi,"
        " http://HOST:PORT, for the QR code of tickets; empty: the code is a signed text only.",
        pattern=r"(http://[A-Za-z0-9.-]{1,60}(:[0-9]{1,5})?)?",
    )
    keep_hours: bool = setting(
        default=True,
        doc="Give no tickets while the centre is closed. A practice site gives them at any hour.",
    )
    counters: int = setting(5, doc="Counters of this centre.", minimum=1, maximum=200)
    counter_table: str = setting(
        "",
        doc="The centre's own table of which counter serves what, relative to this file;"
        " empty: the table of the content pack.",
    )
    service_table: str = setting(
        "",
        doc="The centre's own table of daily quotas, target waits and what the day's close does,"
        " relative to this file.",
    )
    roster_table: str = setting(
        "",
        doc="The centre's own table of how many counters work from when on, for estimates,"
        " relative to this file.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings:
    """How the journal travels."""

    upstream_endpoint: str = setting(
        "", doc="Where this node's journal is sent, tcp://HOST:PORT.", pattern=_ENDPOINT
    )
    listen_endpoint: str = setting(
        "", doc="Where this node takes journals in, tcp://ADDRESS:PORT.", pattern=_ENDPOINT
    )
    batch_entries_max: int = setting(
        500, doc="Most entries in one batch.", minimum=1, maximum=5_000
    )
    batch_age_s: int = setting(
        60, doc="A batch leaves after this time even when it is small.", minimum=1, maximum=86_400
    )
    node_day_mb_max: int = setting(
        512,
        doc="Most that one node may bring here in a day, unpacked; the rest waits at that node.",
        minimum=1,
        maximum=1_000_000,
    )
    retry_s_max: int = setting(
        300, doc="Longest pause between two attempts to reach upstream.", minimum=1, maximum=3_600
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """What is plugged in, by URL; the scheme chooses the driver."""

    printer: str = setting(
        "none:", doc="Printer URL, such as escpos+serial:///dev/ttyUSB0.", pattern=_URL
    )
    printer_backup: str = setting(
        "none:", doc="Printer used when the first is blocked.", pattern=_URL
    )
    scanner: str = setting("none:", doc="Barcode scanner URL.", pattern=_URL)
    mrz: str = setting("none:", doc="Reader of ID cards and passports (MRZ), URL.", pattern=_URL)
    card: str = setting("none:", doc="NFC and chip card reader URL.", pattern=_URL)
    gnss: str = setting("none:", doc="Satellite receiver URL: gpsd or NMEA.", pattern=_URL)
    sms: str = setting("none:", doc="SMS modem URL.", pattern=_URL)
    ups: str = setting("none:", doc="Battery unit URL (NUT).", pattern=_URL)
    gpio: str = setting("none:", doc="Call button and light URL.", pattern=_URL)
    bell: str = setting(
        "bell+alsa:default",
        doc="Loudspeaker that rings when a citizen calls for a person; silent without a card.",
        pattern=_URL,
    )
    audio: str = setting("none:", doc="Volume control URL.", pattern=_URL)
    headphones: str = setting(
        "none:", doc="Headphone socket URL: plugging in starts speech.", pattern=_URL
    )
    brightness: str = setting("none:", doc="Screen brightness URL.", pattern=_URL)
    camera: str = setting("none:", doc="Camera URL.", pattern=_URL)
    recorder: str = setting(
        "none:", doc="Microphone URL, such as recorder+alsa:default.", pattern=_URL
    )
    hotplug: str = setting(
        "udev:",
        doc="Where plugging is heard of: udev:, none: or, in a demo, simulated:FIFO.",
        pattern=r"udev:|none:|simulated:.+",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UiSettings:
    """The touchscreen."""

    width: int = setting(1280, doc="Width of the window in pixels.", minimum=320, maximum=7_680)
    height: int = setting(800, doc="Height of the window in pixels.", minimum=240, maximum=4_320)
    fullscreen: bool = setting(default=False, doc="Take the whole screen.")
    panel_mm_per_px: float = setting(
        0.0,
        doc="Size of a pixel; buttons and letters keep theirs in mm. 0: what the panel says.",
        minimum=0.0,
        maximum=1.0,
    )
    panel_floor_mm: int = setting(
        0,
        doc="Height of the picture's lower edge over the floor, mm. Where the picture reaches "
        "higher than 1220 mm all that is touched stands in its lower half. 0: not known.",
        minimum=0,
        maximum=2_000,
    )
    language: str = setting("en", doc="Language of the attract screen.", choices=("en", "sw"))
    theme: str = setting(
        "light",
        doc="Colours of an idle kiosk; what staff choose on their screen holds until the restart.",
        choices=("light", "night", "contrast", "sunlight"),
    )
    idle_s: int = setting(
        60,
        doc="Without a touch for this long, ask whether more time is needed.",
        minimum=10,
        maximum=900,
    )
    warn_s: int = setting(
        30,
        doc="How long the question counts down before the visit is wiped.",
        minimum=5,
        maximum=300,
    )
    keep_days: int = setting(
        30,
        doc="Days after a form or message reached the national node until it is erased here.",
        minimum=1,
        maximum=3_650,
    )
    draft_days: int = setting(
        7,
        doc="How long an unfinished form waits for the code it was saved under; then it is wiped.",
        minimum=1,
        maximum=90,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentSettings:
    """What the kiosk says."""

    pack: str = setting("../pack", doc="Folder of the signed content pack; relative to this file.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalSettings:
    """The national node only."""

    database: str = setting(
        "",
        doc="Database URL, sqlite:///PATH; empty: the node's own SQLite file.",
        secret=True,
        pattern=r"(postgresql://.+)?",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One node's effective settings."""

    node: NodeSettings
    queue: QueueSettings = field(default_factory=QueueSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    devices: DeviceSettings = field(default_factory=DeviceSettings)
    ui: UiSettings = field(default_factory=UiSettings)
    content: ContentSettings = field(default_factory=ContentSettings)
    national: NationalSettings = field(default_factory=NationalSettings)


# What each role cannot do without.
_NEEDED = {
    "national": ("sync.listen_endpoint",),
    "centre": ("queue.listen_endpoint", "sync.listen_endpoint", "sync.upstream_endpoint"),
    "kiosk": ("queue.centre_endpoint", "sync.upstream_endpoint"),
    "van": ("queue.centre_endpoint", "queue.listen_endpoint", "sync.upstream_endpoint"),
}
_DEVICES = ("printer", "printer_backup", "scanner", "hotplug")


def load(path: Path) -> Settings:
    """Read `device.toml` at `path`; raises the faults of codes 10-15, naming line and key."""
    text = SettingsText.read(path)
    settings: Settings = read_sections(text, Settings)
    for dotted in _NEEDED[settings.node.role]:
        section, key = dotted.split(".")
        if not getattr(getattr(settings, section), key):
            msg = f"{text.at('node', 'role')}: a {settings.node.role} needs {dotted}; add it."
            raise SettingRequired(msg)
    if settings.node.field:
        for key in _DEVICES:
            if getattr(settings.devices, key).startswith("sim"):
                msg = (
                    f"{text.at('devices', key)}: devices.{key} is a simulator, which is refused"
                    " where node.field is true; name the real device."
                )
                raise ValueRefused(msg)
    return settings


def effective(settings: Settings) -> dict[str, dict[str, Any]]:
    """Every section and value as plain values, secrets masked; for printing."""
    return {
        section.name: {
            each.name: _shown(getattr(getattr(settings, section.name), each.name), each)
            for each in fields(getattr(settings, section.name))
        }
        for section in fields(settings)
    }


SECTIONS: dict[str, type[Any]] = {
    "node": NodeSettings,
    "queue": QueueSettings,
    "sync": SyncSettings,
    "devices": DeviceSettings,
    "ui": UiSettings,
    "content": ContentSettings,
    "national": NationalSettings,
}


def _shown(value: Any, each: Any) -> Any:
    if rule_of(each).secret and value:
        return re.sub(r"(?<=:)[^:@/]+(?=@)", "***", value) if "@" in value else "***"
    return value
