"""Samples of a form kept for later."""

from __future__ import annotations

from kiosk.visit.actions import TRIES_MAX
from kiosk.visit.flow import State
from kiosk.visit.ports import DraftCode, SlipState
from kiosk.visit.sample import Build, Sample
from kiosk.visit.session import ResumeInput

S = State


def kept(sample: Sample, paper: SlipState) -> Sample:
    """The code, told once."""
    draft_code = DraftCode("7K3-MQ2-X9P-4T4", sample.session.visit)
    return sample.in_form("lost_id").at(S.KEPT, kept=draft_code).beside(paper=paper)


SAMPLES: dict[str, Build] = {
    "kept": lambda s: kept(s, SlipState.PRINTING),
    "kept-no-paper": lambda s: kept(s, SlipState.BLOCKED),
    "resume": lambda s: s.at(S.RESUME, resume_input=ResumeInput("7K3 MQ")),
    "resume-wrong": lambda s: s.at(
        S.RESUME, resume_input=ResumeInput("7K3 MQ", 1, "resume.not_found")
    ),
    "resume-too-many": lambda s: s.at(
        S.RESUME, resume_input=ResumeInput("7K3 MQ", TRIES_MAX, "resume.too_many")
    ),
}
