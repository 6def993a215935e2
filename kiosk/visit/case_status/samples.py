"""Samples of the case status screens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kiosk.case_words import NOTES
from kiosk.visit.actions import TRIES_MAX
from kiosk.visit.flow import State
from kiosk.visit.ports import CaseStatus
from kiosk.visit.sample import Build, Sample, SampleContent
from kiosk.visit.session import CaseStatusInput

S = State
REFERENCE = "NRB-7F3K22-XQ"
STAGES = ("saved", "sent", "received", "working", "more", "ready", "rejected")


def asked(sample: Sample, typed: str = "NRB-7F3K", tries: int = 0, problem: str = "") -> Sample:
    """Which reference?"""
    return sample.at(S.STATUS, status_input=CaseStatusInput(typed, tries, problem))


def answered(sample: Sample, stage: str, agency: str = "NRB", reason: str = "") -> Sample:
    """What an agency said of a case, three days ago."""
    known = CaseStatus(stage, agency, sample.now - timedelta(days=3), reason)
    return sample.at(S.STATUS_ANSWER, status_input=CaseStatusInput(REFERENCE, answer=known))


SAMPLES: dict[str, Build] = {
    "status": asked,
    "status-wrong": lambda s: asked(s, tries=1, problem="status.not_found"),
    "status-factor": lambda s: s.at(
        S.STATUS, status_input=CaseStatusInput(REFERENCE, asks_factor=True)
    ),
    "status-too-many": lambda s: asked(s, tries=TRIES_MAX, problem="status.too_many"),
    "status-answer": lambda s: answered(s, "working"),
    "status-answer-nothing": lambda s: s.at(
        S.STATUS_ANSWER, status_input=CaseStatusInput(REFERENCE)
    ),
    "status-answer-rejected": lambda s: answered(s, "rejected", reason="papers"),
}


def every(content: SampleContent) -> Iterator[tuple[str, Build]]:
    """Each answer there is, from the agency with the longest name."""
    longest = max(content.catalogue.agencies(), key=lambda each: len(each.title("sw"))).code
    for stage in STAGES:
        yield f"status-answer-{stage}", _answer(stage, longest, "ask")
    for reason in sorted(NOTES):
        yield f"status-answer-rejected-{reason}", _answer("rejected", longest, reason)
        yield f"status-answer-more-{reason}", _answer("more", longest, reason)


def _answer(stage: str, agency: str, reason: str) -> Build:
    return lambda s: answered(s, stage, agency, reason)
