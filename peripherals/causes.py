"""Causes: why a device that is not a printer cannot serve, in plain words, with its number.

Owns the states of the equipment table and the texts an attendant reads in English and
Kiswahili. The numbers are the remedy codes 24 to 29 (20 to 23 belong to printers); the page
`docs/devices.md` has one remedy for each. Nothing here holds anything a person scanned.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SCANNER, CARD, GNSS, MODEM, POWER, OTHER = 24, 25, 26, 27, 28, 29


class State(Enum):
    """Where a device stands. UNKNOWN never counts as working."""

    ABSENT = "absent"  # configured, not plugged in
    OPENING = "opening"  # its line is being opened
    PROBING = "probing"  # open, not yet heard
    READY = "ready"
    LOW = "low"  # serves, with little left: battery, signal, accuracy
    BLOCKED = "blocked"  # there, and waiting for a person or the world: no SIM, no sky, mains off
    FAULT = "fault"  # gave up restarting; tried again slowly
    LOST = "lost"  # was there, broke off, being reopened
    DISABLED = "disabled"  # switched off in the settings or refused
    UNKNOWN = "unknown"  # silent for too long

    @property
    def serves(self) -> bool:
        return self in {State.READY, State.LOW}


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason: its key, its remedy code, what is wrong, and what to do."""

    key: str
    code: int
    en: str
    sw: str


def _table(*rows: tuple[str, int, str, str]) -> dict[str, Cause]:
    return {key: Cause(key, code, en, sw) for key, code, en, sw in rows}


CAUSES: dict[str, Cause] = _table(
    (
        "not-plugged",
        OTHER,
        "Not plugged in. Push its cable in until it sits firmly.",
        "Haijaunganishwa. Sukuma kebo yake hadi ikae imara.",
    ),
    (
        "broke-off",
        OTHER,
        "It broke off and is being opened again. Check its cable if this stays.",
        "Imekatika na inafunguliwa tena. Kagua kebo yake ikiendelea hivi.",
    ),
    (
        "no-answer",
        OTHER,
        "It does not answer. Switch it off and on again.",
        "Haijibu. Izime kisha uiwashe tena.",
    ),
    (
        "garbled",
        OTHER,
        "It sends what cannot be read. Check the speed and the model in the settings.",
        "Inatuma yasiyosomeka. Kagua kasi na modeli kwenye mipangilio.",
    ),
    (
        "in-use",
        OTHER,
        "Another program holds it. Stop that program, then plug it in again.",
        "Programu nyingine imeishikilia. Isimamishe, kisha uichomeke tena.",
    ),
    (
        "not-allowed",
        OTHER,
        "This kiosk may not open it. Ask the technician to allow it.",
        "Kioski hiki hakiruhusiwi kuifungua. Mwombe fundi airuhusu.",
    ),
    (
        "wrong-model",
        OTHER,
        "A different model is plugged in here. Plug in the one named in the settings.",
        "Modeli tofauti imechomekwa hapa. Chomeka ile iliyotajwa kwenye mipangilio.",
    ),
    (
        "two-alike",
        OTHER,
        "Two devices fit this place. Name the port or the serial number in the settings.",
        "Vifaa viwili vinafaa hapa. Taja mlango au namba ya kifaa kwenye mipangilio.",
    ),
    (
        "keeps-failing",
        OTHER,
        "It failed again and again. Unplug it, wait ten seconds, plug it in.",
        "Imeshindwa mara kwa mara. Ichomoe, subiri sekunde kumi, ichomeke.",
    ),
    (
        "missing-program",
        OTHER,
        "A program it needs is not installed. Ask the technician to run the doctor.",
        "Programu inayohitajika haipo. Mwombe fundi aendeshe ukaguzi.",
    ),
    (
        "switched-off",
        OTHER,
        "Switched off in the settings.",
        "Imezimwa kwenye mipangilio.",
    ),
    (
        "scanner-unread",
        SCANNER,
        "The last code could not be read. Clean the glass and scan again.",
        "Msimbo wa mwisho haukusomeka. Safisha kioo kisha usome tena.",
    ),
    (
        "card-mute",
        CARD,
        "The card does not answer. Take it away and put it back, chip first.",
        "Kadi haijibu. Iondoe kisha uirudishe, upande wa chipu kwanza.",
    ),
    (
        "card-service",
        CARD,
        "The card service is not running. Ask the technician to start it.",
        "Huduma ya kadi haifanyi kazi. Mwombe fundi aiwashe.",
    ),
    (
        "no-reader",
        CARD,
        "No card reader is plugged in. Push its cable in.",
        "Hakuna kisoma kadi kilichochomekwa. Sukuma kebo yake.",
    ),
    (
        "no-fix",
        GNSS,
        "No position yet. Park under open sky and wait two minutes.",
        "Mahali bado hapajulikani. Egesha chini ya anga wazi na usubiri dakika mbili.",
    ),
    (
        "stale-fix",
        GNSS,
        "The position is old. Check the antenna on the roof.",
        "Mahali palipo ni pa zamani. Kagua antena iliyo juu ya paa.",
    ),
    (
        "position-jumped",
        GNSS,
        "The position jumped. It is not used until it settles.",
        "Mahali pameruka ghafla. Hapatumiki hadi patulie.",
    ),
    (
        "no-sim",
        MODEM,
        "There is no working SIM. Put it in, or enter its PIN.",
        "Hakuna laini ya simu inayofanya kazi. Iweke, au weka PIN yake.",
    ),
    (
        "no-signal",
        MODEM,
        "No mobile network. Messages wait and go when it returns.",
        "Hakuna mtandao wa simu. Ujumbe unasubiri na utatumwa mtandao ukirudi.",
    ),
    (
        "weak-signal",
        MODEM,
        "The mobile network is weak. Move the antenna higher.",
        "Mtandao wa simu ni dhaifu. Inua antena juu zaidi.",
    ),
    (
        "on-battery",
        POWER,
        "Mains power is off; running on the battery.",
        "Umeme umekatika; inatumia betri.",
    ),
    (
        "battery-low",
        POWER,
        "The battery is nearly empty. The kiosk is closing safely.",
        "Betri inakaribia kuisha. Kioski kinafungwa kwa usalama.",
    ),
    (
        "battery-stale",
        POWER,
        "The battery unit stopped reporting. Check its data cable.",
        "Kifaa cha betri kimeacha kutoa taarifa. Kagua kebo yake ya data.",
    ),
    (
        "battery-worn",
        POWER,
        "The battery must be replaced.",
        "Betri inahitaji kubadilishwa.",
    ),
)


def cause(key: str) -> Cause:
    """The cause of that key; an unknown key is a bug and raises `KeyError`."""
    return CAUSES[key]
