"""Causes: why a device that is not a printer cannot serve, in plain words, with its number.

Owns the states of the device status table and the texts an attendant reads in English and
Kiswahili. Each cause has its number (E21 to E84; E21 to E24 mean what P21 to P24 mean for a
printer) and its row in `docs/devices.md`. Nothing here holds anything a person scanned.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DeviceState(Enum):
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
        return self in {DeviceState.READY, DeviceState.LOW}


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason: its key, its number, what is wrong and what to do in both languages."""

    key: str
    code: str
    en: str
    sw: str


def _table(*rows: tuple[str, str, str, str]) -> dict[str, Cause]:
    return {key: Cause(key, code, en, sw) for key, code, en, sw in rows}


CAUSES: dict[str, Cause] = _table(
    (
        "not-plugged",
        "E21",
        "Not plugged in. Push its cable in until it sits firmly.",
        "Haijaunganishwa. Sukuma kebo yake hadi ikae imara.",
    ),
    (
        "broke-off",
        "E25",
        "It broke off and is being opened again. Check its cable if this stays.",
        "Imekatika na inafunguliwa tena. Kagua kebo yake ikiendelea hivi.",
    ),
    (
        "no-answer",
        "E23",
        "It does not answer. Switch it off and on again.",
        "Haijibu. Izime kisha uiwashe tena.",
    ),
    (
        "garbled",
        "E26",
        "It sends what cannot be read. Check the speed and the model in the settings.",
        "Inatuma yasiyosomeka. Kagua kasi na modeli kwenye mipangilio.",
    ),
    (
        "in-use",
        "E22",
        "Another program holds it. Stop that program, then plug it in again.",
        "Programu nyingine imeishikilia. Isimamishe, kisha uichomeke tena.",
    ),
    (
        "not-allowed",
        "E27",
        "This kiosk may not open it. Ask the technician to allow it.",
        "Kioski hiki hakiruhusiwi kuifungua. Mwombe fundi airuhusu.",
    ),
    (
        "wrong-model",
        "E24",
        "A different model is plugged in here. Plug in the one named in the settings.",
        "Modeli tofauti imechomekwa hapa. Chomeka ile iliyotajwa kwenye mipangilio.",
    ),
    (
        "two-alike",
        "E28",
        "Two devices fit this place. Name the port or the serial number in the settings.",
        "Vifaa viwili vinafaa hapa. Taja mlango au namba ya kifaa kwenye mipangilio.",
    ),
    (
        "keeps-failing",
        "E29",
        "It failed again and again. Unplug it, wait ten seconds, plug it in.",
        "Imeshindwa mara kwa mara. Ichomoe, subiri sekunde kumi, ichomeke.",
    ),
    (
        "missing-program",
        "E30",
        "A program it needs is not installed. Ask the technician to run the doctor.",
        "Programu inayohitajika haipo. Mwombe fundi aendeshe ukaguzi.",
    ),
    (
        "bad-settings",
        "E33",
        "The settings name it wrongly. Ask the technician to read the doctor's report.",
        "Mipangilio yake si sahihi. Mwombe fundi asome ripoti ya ukaguzi.",
    ),
    (
        "stuck-button",
        "E32",
        "The call button is stuck. Press it a few times, then free it.",
        "Kitufe cha kuita kimekwama. Kibonyeze mara kadhaa kisha ukiachilie.",
    ),
    (
        "scanner-unread",
        "E41",
        "The last code could not be read. Clean the glass and scan again.",
        "Msimbo wa mwisho haukusomeka. Safisha kioo kisha usome tena.",
    ),
    (
        "card-mute",
        "E51",
        "The card does not answer. Take it away and put it back, chip first.",
        "Kadi haijibu. Iondoe kisha uirudishe, upande wa chipu kwanza.",
    ),
    (
        "card-service",
        "E52",
        "The card service is not running. Ask the technician to start it.",
        "Huduma ya kadi haifanyi kazi. Mwombe fundi aiwashe.",
    ),
    (
        "no-reader",
        "E53",
        "No card reader is plugged in. Push its cable in.",
        "Hakuna kisoma kadi kilichochomekwa. Sukuma kebo yake.",
    ),
    (
        "no-fix",
        "E61",
        "No position yet. Park under open sky and wait two minutes.",
        "Mahali bado hapajulikani. Egesha chini ya anga wazi na usubiri dakika mbili.",
    ),
    (
        "stale-fix",
        "E62",
        "The position is old. Check the antenna on the roof.",
        "Mahali palipo ni pa zamani. Kagua antena iliyo juu ya paa.",
    ),
    (
        "position-jumped",
        "E63",
        "The position jumped. It is not used until it settles.",
        "Mahali pameruka ghafla. Hapatumiki hadi patulie.",
    ),
    (
        "no-sim",
        "E71",
        "There is no working SIM. Put it in, or enter its PIN.",
        "Hakuna laini ya simu inayofanya kazi. Iweke, au weka PIN yake.",
    ),
    (
        "no-signal",
        "E72",
        "No mobile network. Messages wait and go when it returns.",
        "Hakuna mtandao wa simu. Ujumbe unasubiri na utatumwa mtandao ukirudi.",
    ),
    (
        "weak-signal",
        "E73",
        "The mobile network is weak. Move the antenna higher.",
        "Mtandao wa simu ni dhaifu. Inua antena juu zaidi.",
    ),
    (
        "on-battery",
        "E81",
        "Mains power is off; running on the battery.",
        "Umeme umekatika; inatumia betri.",
    ),
    (
        "battery-low",
        "E82",
        "The battery is nearly empty. The kiosk is closing safely.",
        "Betri inakaribia kuisha. Kioski kinafungwa kwa usalama.",
    ),
    (
        "battery-stale",
        "E83",
        "The battery unit stopped reporting. Check its data cable.",
        "Kifaa cha betri kimeacha kutoa taarifa. Kagua kebo yake ya data.",
    ),
    (
        "battery-worn",
        "E84",
        "The battery must be replaced.",
        "Betri inahitaji kubadilishwa.",
    ),
)


def cause(key: str) -> Cause:
    """The cause of that key; an unknown key is a bug and raises `KeyError`."""
    return CAUSES[key]
