"""Status: how a device stands, why, in plain words, with its number; printers and all others.

One enumeration of states, one table of causes. A cause has one number with two letters: P where
it is a printer's, E where it is another device's (P21 and E21 both say "not plugged in"). Not
knowing is a state of its own (`UNKNOWN`) and never counts as working: knowledge older than
`STALE_S` becomes UNKNOWN whatever it said before. Nothing here holds what a person showed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self

from peripherals.faults import (
    BadDeviceUrl,
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    NotAllowed,
    ProgramMissing,
    TwoAlike,
    WrongDevice,
)

REFRESH_S = 15.0
"""A service writes a row when something changed, and so often when nothing did."""

STALE_S = 3 * REFRESH_S


class DeviceState(StrEnum):
    """Where a device stands. UNKNOWN never counts as working."""

    ABSENT = "absent"  # not configured, or not plugged in
    OPENING = "opening"  # its line is being opened
    PROBING = "probing"  # open, not yet heard
    READY = "ready"
    LOW = "low"  # serves, with little left: paper, battery, signal, accuracy
    BLOCKED = "blocked"  # there, and waiting for a person or the world: it says why
    FAULT = "fault"  # a person is needed; tried again slowly, or not at all
    LOST = "lost"  # was there, broke off, being opened again
    DISABLED = "disabled"  # switched off in the settings or refused
    UNKNOWN = "unknown"  # it does not say how it is, or has not for too long

    @property
    def serves(self) -> bool:
        """Whether it can be used now."""
        return self in {DeviceState.READY, DeviceState.LOW}


class Cause(StrEnum):
    """Why a device is not simply ready."""

    NONE = ""
    NOT_PLUGGED = "not-plugged"
    BROKE_OFF = "broke-off"
    NO_ANSWER = "no-answer"
    GARBLED = "garbled"
    IN_USE = "in-use"
    NOT_ALLOWED = "not-allowed"
    WRONG_MODEL = "wrong-model"
    TWO_ALIKE = "two-alike"
    KEEPS_FAILING = "keeps-failing"
    MISSING_PROGRAM = "missing-program"
    BAD_SETTINGS = "bad-settings"
    STUCK_BUTTON = "stuck-button"
    SCANNER_UNREAD = "scanner-unread"
    CARD_MUTE = "card-mute"
    CARD_SERVICE = "card-service"
    NO_READER = "no-reader"
    NO_FIX = "no-fix"
    STALE_FIX = "stale-fix"
    POSITION_JUMPED = "position-jumped"
    NO_SIM = "no-sim"
    NO_SIGNAL = "no-signal"
    WEAK_SIGNAL = "weak-signal"
    ON_BATTERY = "on-battery"
    BATTERY_LOW = "battery-low"
    BATTERY_STALE = "battery-stale"
    BATTERY_WORN = "battery-worn"
    PAPER = "paper"
    COVER = "cover"
    CUTTER = "cutter"
    JAM = "jam"
    HEAT = "heat"
    VOLTAGE = "voltage"
    PRESENTER = "presenter"
    FEED_BUTTON = "feed-button"
    ERROR = "error"

    def code(self, letter: str) -> str:
        """The number staff read out, with `letter` P (a printer) or E (any other device)."""
        return CAUSES[self].codes.get(letter, "") if self is not Cause.NONE else ""

    def words(self, language: str) -> str:
        """What is wrong and what to do ("en" or "sw"); empty when nothing is."""
        if self is Cause.NONE:
            return ""
        return CAUSES[self].sw if language == "sw" else CAUSES[self].en


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One row of the table: its numbers, what is wrong and what to do in both languages."""

    cause: Cause
    printer_code: str
    other_code: str
    en: str
    sw: str

    @property
    def codes(self) -> dict[str, str]:
        """The numbers it has, by letter."""
        both = {"P": self.printer_code, "E": self.other_code}
        return {letter: code for letter, code in both.items() if code}


_ROWS = (
    CauseRow(
        Cause.NOT_PLUGGED,
        "P21",
        "E21",
        "Not plugged in. Push its cable in until it sits firmly.",
        "Haijaunganishwa. Sukuma kebo yake hadi ikae imara.",
    ),
    CauseRow(
        Cause.BROKE_OFF,
        "",
        "E25",
        "It broke off and is being opened again. Check its cable if this stays.",
        "Imekatika na inafunguliwa tena. Kagua kebo yake ikiendelea hivi.",
    ),
    CauseRow(
        Cause.NO_ANSWER,
        "P23",
        "E23",
        "It does not answer. Switch it off and on again.",
        "Haijibu. Izime kisha uiwashe tena.",
    ),
    CauseRow(
        Cause.GARBLED,
        "",
        "E26",
        "It sends what cannot be read. Check the speed and the model in the settings.",
        "Inatuma yasiyosomeka. Kagua kasi na modeli kwenye mipangilio.",
    ),
    CauseRow(
        Cause.IN_USE,
        "P22",
        "E22",
        "Another program holds it. Stop that program, then plug it in again.",
        "Programu nyingine imeishikilia. Isimamishe, kisha uichomeke tena.",
    ),
    CauseRow(
        Cause.NOT_ALLOWED,
        "P27",
        "E27",
        "This kiosk may not open it. Ask the technician to allow it.",
        "Kioski hiki hakiruhusiwi kuifungua. Mwombe fundi airuhusu.",
    ),
    CauseRow(
        Cause.WRONG_MODEL,
        "P24",
        "E24",
        "A different model is plugged in here. Plug in the one named in the settings.",
        "Modeli tofauti imechomekwa hapa. Chomeka ile iliyotajwa kwenye mipangilio.",
    ),
    CauseRow(
        Cause.TWO_ALIKE,
        "P28",
        "E28",
        "Two devices fit this place. Name the port or the serial number in the settings.",
        "Vifaa viwili vinafaa hapa. Taja mlango au namba ya kifaa kwenye mipangilio.",
    ),
    CauseRow(
        Cause.KEEPS_FAILING,
        "P40",
        "E29",
        "It failed again and again. Unplug it, wait ten seconds, plug it in.",
        "Imeshindwa mara kwa mara. Ichomoe, subiri sekunde kumi, ichomeke.",
    ),
    CauseRow(
        Cause.MISSING_PROGRAM,
        "",
        "E30",
        "A program it needs is not installed. Ask the technician to run the doctor.",
        "Programu inayohitajika haipo. Mwombe fundi aendeshe ukaguzi.",
    ),
    CauseRow(
        Cause.BAD_SETTINGS,
        "",
        "E33",
        "The settings name it wrongly. Ask the technician to read the doctor's report.",
        "Mipangilio yake si sahihi. Mwombe fundi asome ripoti ya ukaguzi.",
    ),
    CauseRow(
        Cause.STUCK_BUTTON,
        "",
        "E32",
        "The call button is stuck. Press it a few times, then free it.",
        "Kitufe cha kuita kimekwama. Kibonyeze mara kadhaa kisha ukiachilie.",
    ),
    CauseRow(
        Cause.SCANNER_UNREAD,
        "",
        "E41",
        "The last code could not be read. Clean the glass and scan again.",
        "Msimbo wa mwisho haukusomeka. Safisha kioo kisha usome tena.",
    ),
    CauseRow(
        Cause.CARD_MUTE,
        "",
        "E51",
        "The card does not answer. Take it away and put it back, chip first.",
        "Kadi haijibu. Iondoe kisha uirudishe, upande wa chipu kwanza.",
    ),
    CauseRow(
        Cause.CARD_SERVICE,
        "",
        "E52",
        "The card service is not running. Ask the technician to start it.",
        "Huduma ya kadi haifanyi kazi. Mwombe fundi aiwashe.",
    ),
    CauseRow(
        Cause.NO_READER,
        "",
        "E53",
        "No card reader is plugged in. Push its cable in.",
        "Hakuna kisoma kadi kilichochomekwa. Sukuma kebo yake.",
    ),
    CauseRow(
        Cause.NO_FIX,
        "",
        "E61",
        "No position yet. Park under open sky and wait two minutes.",
        "Mahali bado hapajulikani. Egesha chini ya anga wazi na usubiri dakika mbili.",
    ),
    CauseRow(
        Cause.STALE_FIX,
        "",
        "E62",
        "The position is old. Check the antenna on the roof.",
        "Mahali palipo ni pa zamani. Kagua antena iliyo juu ya paa.",
    ),
    CauseRow(
        Cause.POSITION_JUMPED,
        "",
        "E63",
        "The position jumped. It is not used until it settles.",
        "Mahali pameruka ghafla. Hapatumiki hadi patulie.",
    ),
    CauseRow(
        Cause.NO_SIM,
        "",
        "E71",
        "There is no working SIM. Put it in, or enter its PIN.",
        "Hakuna laini ya simu inayofanya kazi. Iweke, au weka PIN yake.",
    ),
    CauseRow(
        Cause.NO_SIGNAL,
        "",
        "E72",
        "No mobile network. Messages wait and go when it returns.",
        "Hakuna mtandao wa simu. Ujumbe unasubiri na utatumwa mtandao ukirudi.",
    ),
    CauseRow(
        Cause.WEAK_SIGNAL,
        "",
        "E73",
        "The mobile network is weak. Move the antenna higher.",
        "Mtandao wa simu ni dhaifu. Inua antena juu zaidi.",
    ),
    CauseRow(
        Cause.ON_BATTERY,
        "",
        "E81",
        "Mains power is off; running on the battery.",
        "Umeme umekatika; inatumia betri.",
    ),
    CauseRow(
        Cause.BATTERY_LOW,
        "",
        "E82",
        "The battery is nearly empty. The kiosk is closing safely.",
        "Betri inakaribia kuisha. Kioski kinafungwa kwa usalama.",
    ),
    CauseRow(
        Cause.BATTERY_STALE,
        "",
        "E83",
        "The battery unit stopped reporting. Check its data cable.",
        "Kifaa cha betri kimeacha kutoa taarifa. Kagua kebo yake ya data.",
    ),
    CauseRow(
        Cause.BATTERY_WORN,
        "",
        "E84",
        "The battery must be replaced.",
        "Betri inahitaji kubadilishwa.",
    ),
    CauseRow(
        Cause.PAPER,
        "P31",
        "",
        "The paper is finished: put in a new roll",
        "Karatasi imeisha: weka karatasi mpya",
    ),
    CauseRow(Cause.COVER, "P32", "", "The cover is open: close it", "Kifuniko kiko wazi: kifunge"),
    CauseRow(
        Cause.CUTTER,
        "P33",
        "",
        "The cutter is stuck: free it",
        "Kikata karatasi kimekwama: kikwamue",
    ),
    CauseRow(Cause.JAM, "P34", "", "Paper is jammed: take it out", "Karatasi imekwama: itoe"),
    CauseRow(
        Cause.HEAT, "P35", "", "Too hot: wait two minutes", "Ina joto sana: subiri dakika mbili"
    ),
    CauseRow(Cause.VOLTAGE, "P36", "", "The power is not steady", "Umeme si thabiti"),
    CauseRow(
        Cause.PRESENTER,
        "P37",
        "",
        "A slip waits in the mouth: take it",
        "Kuna karatasi mdomoni: ichukue",
    ),
    CauseRow(
        Cause.FEED_BUTTON,
        "P38",
        "",
        "The feed button is pressed",
        "Kitufe cha karatasi kimebonyezwa",
    ),
    CauseRow(Cause.ERROR, "P39", "", "The printer reports an error", "Printa inaripoti hitilafu"),
)

CAUSES: Mapping[Cause, CauseRow] = {row.cause: row for row in _ROWS}
"""`docs/device-faults.md` has a page for each number."""

_OF_FAULTS: tuple[tuple[type[DeviceFault], Cause], ...] = (
    (DeviceLost, Cause.NOT_PLUGGED),
    (DeviceBusy, Cause.IN_USE),
    (NotAllowed, Cause.NOT_ALLOWED),
    (ProgramMissing, Cause.MISSING_PROGRAM),
    (BadDeviceUrl, Cause.BAD_SETTINGS),
    (TwoAlike, Cause.TWO_ALIKE),
    (WrongDevice, Cause.WRONG_MODEL),
)

NEEDS_A_PERSON = frozenset(
    {
        Cause.IN_USE,
        Cause.NOT_ALLOWED,
        Cause.MISSING_PROGRAM,
        Cause.BAD_SETTINGS,
        Cause.TWO_ALIKE,
        Cause.WRONG_MODEL,
    }
)
"""Opening again does not help by itself: FAULT from the first failure."""


def cause_of(fault: DeviceFault) -> Cause:
    """The table's cause for what a driver raised."""
    return next((cause for kind, cause in _OF_FAULTS if isinstance(fault, kind)), Cause.NO_ANSWER)


_PLAIN: Mapping[DeviceState, tuple[str, str]] = {
    DeviceState.ABSENT: ("Not there.", "Haipo."),
    DeviceState.OPENING: ("Being opened.", "Inafunguliwa."),
    DeviceState.PROBING: ("Being asked.", "Inaulizwa."),
    DeviceState.READY: ("Working.", "Inafanya kazi."),
    DeviceState.LOW: ("Working, with little left.", "Inafanya kazi, ila imebaki kidogo."),
    DeviceState.BLOCKED: ("Waiting.", "Inasubiri."),
    DeviceState.FAULT: ("Out of order.", "Imeharibika."),
    DeviceState.LOST: ("Broke off.", "Imekatika."),
    DeviceState.DISABLED: ("Switched off.", "Imezimwa."),
    DeviceState.UNKNOWN: ("It is not known how it is.", "Hali yake haijulikani."),
}


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer said of itself, and when."""

    state: DeviceState
    observed_at: datetime
    cause: Cause = Cause.NONE
    near_end: bool = False


@dataclass(frozen=True, kw_only=True)
class StatusRow:
    """One device as staff see it: the row a printer and any other device have alike."""

    letter: ClassVar[str] = "E"

    name: str
    state: DeviceState
    cause: Cause
    since: datetime
    observed_at: datetime

    @property
    def code(self) -> str:
        """The number staff read out; empty when nothing is wrong."""
        return self.cause.code(self.letter)

    def words(self, language: str) -> str:
        """How it stands and what to do, in plain words ("en" or "sw")."""
        return self.cause.words(language) or _PLAIN[self.state][language == "sw"]

    def as_of(self, now: datetime) -> Self:
        """The row as it may be believed at `now`: UNKNOWN when it is older than `STALE_S`."""
        if (now - self.observed_at).total_seconds() <= STALE_S:
            return self
        return replace(self, state=DeviceState.UNKNOWN, cause=Cause.NO_ANSWER)

    def as_json(self) -> dict[str, Any]:
        """What every row of `huduma devices list --json` has."""
        return {
            "name": self.name,
            "state": self.state.value,
            "cause": self.cause.value,
            "code": self.code,
            "words": {"en": self.words("en"), "sw": self.words("sw")},
            "since": self.since.isoformat(),
            "observed_at": self.observed_at.isoformat(),
        }
