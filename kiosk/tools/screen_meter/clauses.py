"""Which clause of EN 301 549 (closed functionality) and point of the European Accessibility Act is
met by which criterion, test or, in plain words, not. Pure.

A row is the clause, what it asks for, and what shows it: a criterion's name, a test's path, or "no"
with the reason.
"""

from __future__ import annotations

from typing import NamedTuple


class Clause(NamedTuple):
    """One clause or point."""

    name: str
    asks: str
    shown: str


CLAUSES = (
    Clause("5.1.2.2", "works without assistive technology of the person's own", "U36"),
    Clause("5.1.3.1", "all that is shown is said", "tests/kiosk/visit/test_speech.py"),
    Clause("5.1.3.2", "headphones, or a loudspeaker", "U36"),
    Clause("5.1.3.5", "masked input is not said", "tests/kiosk/visit/test_visit.py"),
    Clause("5.1.3.6", "no speech of what is personal without headphones", "no: the person chooses"),
    Clause("5.1.3.9", "speech can be interrupted and repeated", "tests/kiosk/ui/speech"),
    Clause("5.1.3.12", "loudness in steps", "tests/kiosk/visit/test_speech.py"),
    Clause("5.1.3.13", "loudness is reset for the next person", "tests/kiosk/visit/test_speech.py"),
    Clause("5.1.3.14", "said in the language that is shown", "U36"),
    Clause("5.1.3.16", "receipts are said", "U36"),
    Clause("5.1.4", "capitals of 0.7 degrees at 600 mm", "U10 large"),
    Clause("5.1.5", "what is heard is also seen", "U36"),
    Clause("5.1.6.1", "works without a keyboard, and with keys alone", "U37"),
    Clause("5.1.6.2", "the focus is seen", "U37"),
    Clause("5.2", "no help that must first be switched on by who cannot see the switch", "U36"),
    Clause("5.3", "no biometrics alone", "U35"),
    Clause("5.4", "help is kept through a process", "U16"),
    Clause("5.5.1", "one finger, no force, no twisting", "U5"),
    Clause("5.5.2", "parts can be told apart by touch", "no: a matter of the five keys chosen"),
    Clause("5.6.1", "a locked state is told without sight", "no: shift is not said"),
    Clause("5.7", "no key repeats by itself", "U6"),
    Clause("5.8", "a second strike within 0.5 s is one", "U6"),
    Clause("5.9", "no two actions at once", "U5"),
    Clause("8.3.2", "within reach", "U4"),
    Clause("9.1.4.3 by 5.1", "contrast of text", "U8"),
    Clause("9.1.4.11 by 5.1", "contrast of edges and icons", "U9"),
    Clause("9.2.2.1 by 5.1", "time can be extended", "U31"),
    Clause("9.3.3.1 by 5.1", "errors are named", "U28"),
    Clause("9.3.3.7 by 5.1", "nothing is asked twice", "U26"),
    Clause("EAA annex I, I.2(o)(i)", "text to speech", "U36"),
    Clause("EAA annex I, I.2(o)(ii)", "personal headsets", "U36"),
    Clause("EAA annex I, I.2(o)(iii)", "a time limit is told by more than one sense", "U31"),
    Clause("EAA annex I, I.2(o)(iv)", "time can be extended", "U31"),
    Clause("EAA annex I, I.2(o)(v)", "contrast, and keys that can be felt", "U9"),
    Clause("EAA annex I, I.2(o)(vi)", "no feature to be switched on first", "U36"),
    Clause("EAA annex I, I.2(o)(vii)", "sound for hearing aids", "no: a matter of the housing"),
)
