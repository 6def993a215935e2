"""Samples of feedback: ratings, words, and where to call about a bribe."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.visit.feedback.screens import KINDS
from kiosk.visit.flow import State
from kiosk.visit.ports import FeedbackReceipt, SlipState
from kiosk.visit.sample import Build, Sample, SampleContent
from kiosk.visit.session import FeedbackInput, FeedbackKind

S = State


def feedback(sample: Sample, **said: object) -> Sample:
    """Feedback being given."""
    return sample.at(S.FEEDBACK, feedback_input=FeedbackInput(**said))  # type: ignore[arg-type]


def sent(sample: Sample) -> Sample:
    """Words went to an office; their slip is being printed."""
    receipt = FeedbackReceipt(sample.session.visit, "HUDUMA-0G4T-9WKE-2HM7C", "HUDUMA")
    given = FeedbackInput(receipt=receipt)
    return sample.at(S.THANKS, feedback_input=given).beside(paper=SlipState.PRINTING)


SAMPLES: dict[str, Build] = {
    "complain": lambda s: s.at(S.COMPLAIN),
    "feedback": lambda s: feedback(s, face=4),
    "feedback-words": lambda s: feedback(s, face=4, words="Asante sana", writing=True),
    "feedback-bribe": lambda s: feedback(s, kind=FeedbackKind.BRIBE),
    "thanks": sent,
    "thanks-rated": lambda s: s.at(S.THANKS),
    "feedback-bribe-words": lambda s: feedback(
        s, kind=FeedbackKind.BRIBE, words="Ghala", writing=True
    ),
}


def every(_content: SampleContent) -> Iterator[tuple[str, Build]]:
    """Each kind of feedback, being written."""
    for kind in KINDS:
        yield f"feedback-{kind}-words", _saying(kind)


def _saying(kind: FeedbackKind) -> Build:
    return lambda s: feedback(s, kind=kind, words="Asante sana", writing=True)
