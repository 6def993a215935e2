"""The 42 criteria of the screens: what each asks for, and how it is shown to hold. Pure.

`MEASURED` are read from the real window (`kiosk/ui/automation/readings.py`); `ELSEWHERE` names the
test that shows the others. A measured criterion has one bar: `least` is the value that must be
reached, `most` the one that must not be passed.
"""

from __future__ import annotations

from typing import NamedTuple


class Criterion(NamedTuple):
    """One row of the meter."""

    name: str  # U1
    about: str
    unit: str
    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a reading is within the bar."""
        return (self.least is None or value >= self.least - 0.005) and (
            self.most is None or value <= self.most
        )

    def worse(self, value: float, than: float) -> bool:
        """Whether a reading is further on the wrong side."""
        return value < than if self.least is not None else value > than

    @property
    def bar(self) -> str:
        """The bar in words."""
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"


MEASURED = (
    Criterion("U1", "smallest button", "mm", least=20),
    Criterion("U1 digits", "smallest digit key", "mm", least=20),
    Criterion("U1 letters", "smallest letter key", "mm", least=15),
    Criterion("U2", "smallest gap between two targets", "mm", least=3),
    Criterion("U2 outdoors", "the same in the sunlight theme", "mm", least=5),
    Criterion("U3", "corners of drawn shapes that do not answer", "", most=0),
    Criterion("U4", "highest target over the lower half, where it must be low", "mm", most=0),
    Criterion("U8", "least contrast of a text", ":1", least=4.5),
    Criterion("U8 strong", "the same in high contrast and sunlight", ":1", least=7),
    Criterion("U9", "least contrast of a target's edge or fill", ":1", least=3),
    Criterion("U10", "smallest capitals", "mm", least=4.8),
    Criterion("U10 large", "the same at size 1.55 and over", "mm", least=7.3),
    Criterion("U11", "text sizes and colour themes, the fewer", "", least=4),
    Criterion("U12", "clipped, overlapped or missing", "", most=0),
    Criterion("U14", "thinnest line in the sunlight theme", "px", least=2),
    Criterion("U15", "languages that are not on the screen", "", most=0),
    Criterion("U18", "words of body text on one page", "words", most=25),
    Criterion("U19", "choices without icon or picture", "", most=0),
    Criterion("U21", "choices on one page", "", most=6),
    Criterion("U23", "places of back, listen, staff and stop, the most", "", most=1),
    Criterion("U24", "questions without progress", "", most=0),
    Criterion("U27", "capitals of a number or a reference", "mm", least=10),
    Criterion("U42", "technical words", "", most=0),
)
STAGE = "tests/kiosk/ui/test_stage.py"
VISIT = "tests/kiosk/visit/test_visit.py"
ELSEWHERE = {
    "U5": (f"one finger, one tap; only signing is dragged: {STAGE}", "tests"),
    "U6": (f"a second tap within half a second is one: {STAGE}", "tests"),
    "U7": (f"what is touched shows it in the next frame: {STAGE}", "tests"),
    "U13": ("marks, icons and rings remain without colour: no test reads it", "no"),
    "U16": (f"another language keeps answers and place: {VISIT}", "tests"),
    "U17": ("every text in both languages: tests/content/i18n", "tests"),
    "U20": ("desk, colour and picture on slips: no", "no"),
    "U22": ("charter in 3 touches, ticket in 5, from the welcome screen: no, 5 and 7", "no"),
    "U25": ("change one answer and come back: tests/kiosk/visit/form", "tests"),
    "U26": ("enter once in a visit: tests/kiosk/visit/form/test_enter_once.py", "tests"),
    "U28": (f"the same words on top and beside the field: {STAGE}", "tests"),
    "U29": ("each error has an example: tests/kiosk/visit/form/test_plain_words.py", "tests"),
    "U30": ("forgiving input: tests/kiosk/visit/form/test_answers.py", "tests"),
    "U31": (f"warning, more time, wipe: {VISIT}", "tests"),
    "U32": ("nothing of a visit remains: tests/stories/test_memory_after_visit.py", "tests"),
    "U33": ("masked after entry, hide button: tests/kiosk/visit/test_speech.py", "tests"),
    "U34": ("slips without ID: tests/kiosk/ticketing", "tests"),
    "U35": (f"refusing still leads to a ticket: {VISIT}", "tests"),
    "U36": ("every screen by ear: tests/kiosk/ui/navigation and test_speech.py", "tests"),
    "U37": ("all by five keys: tests/kiosk/ui/navigation", "tests"),
    "U38": ("a board that matches what is called: tests/kiosk/centre/web", "tests"),
    "U39": ("start and change of screens: benchmarks", "tests"),
    "U40": ("without a network: tests/stories/no-network.story", "tests"),
    "U41": ("paper, power, disk: tests/stories/paper-troubles.story", "tests"),
}
"""What is not read from a window: what it asks for and where it is shown, or "no"."""


class MeasuredPanel(NamedTuple):
    """One panel that is measured."""

    name: str
    width: int
    height: int
    mm_per_px: float


PANELS = (
    MeasuredPanel('10.1" 1280x800', 1280, 800, 0.170),
    MeasuredPanel('15.6" 1920x1080', 1920, 1080, 0.180),
    MeasuredPanel('15.6" 1280x800', 1280, 800, 0.2625),
    MeasuredPanel('21.5" 1920x1080', 1920, 1080, 0.248),
    MeasuredPanel('21.5" 1080x1920', 1080, 1920, 0.248),
    MeasuredPanel('7" 800x480', 800, 480, 0.190),
)
