"""The answer comes back: at the end of a day the agencies reject one form of the van with a reason
and mark one ready; then every kiosk and the van say so. What is counted lies in their databases.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing

from kiosk.simulation.audit.reconcile import ReconcileSummary
from kiosk.simulation.site.site_runner import SiteRunner, SiteRunnerFault
from provisioning.node.site import Node
from sync.answers.answer_store import AnswerStore
from sync.answers.case_answer import CaseAnswer, CaseState, answer_of
from sync.answers.lookup_number import lookup_number
from sync.store.database import Store

ARRIVE_S, SAY_S = 45.0, 60.0
ANSWERS = (CaseAnswer(CaseState.REJECTED, "photo"), CaseAnswer(CaseState.READY))
PREFERRED = "van-1"


def answer_cases(
    runner: SiteRunner,
    references: Mapping[str, str],
    found: ReconcileSummary,
    on_message: Callable[[str], None],
) -> None:
    """Answer as many of `references` (by node) as there are answers, and count who knows."""
    ordered = sorted(references, key=lambda each: references[each] != PREFERRED)
    told = dict(zip(ordered, ANSWERS, strict=False))
    on_message("the agencies reject one form and mark one ready")
    for reference, answer in told.items():
        _say(runner, reference, answer)
    _ask_now(runner, [*runner.site.nodes("centre")], told)
    _ask_now(runner, [*runner.nodes], told)
    found.answers_told = len(told) * len(runner.nodes)
    for node in runner.nodes:
        known = _known(node, told)
        found.answers_known += known
        if known < len(told):
            found.notes.append(f"{node.name} knows {known} of {len(told)} answers")


def _say(runner: SiteRunner, reference: str, answer: CaseAnswer) -> None:
    """As an officer does it."""
    argv = [
        sys.executable, "-m", "kiosk.cli", "desk", "answer", "--site", str(runner.site.dir),
        "--agency", reference.partition("-")[0], "--reference", reference,
        "--state", answer.state.value, *(("--reason", answer.reason) if answer.reason else ()),
    ]  # fmt: skip
    subprocess.run(argv, capture_output=True, text=True, timeout=SAY_S, check=True)


def _ask_now(runner: SiteRunner, nodes: list[Node], told: Mapping[str, CaseAnswer]) -> None:
    """A fresh start asks at once; else a node asks once a minute."""
    for node in nodes:
        runner.supervisor.halt(f"{node.name}.sync")
        runner.supervisor.resume(f"{node.name}.sync")
    try:
        runner.wait_for(lambda: all(_known(node, told) == len(told) for node in nodes), ARRIVE_S)
    except SiteRunnerFault:
        return  # the counts say who knows nothing


def _known(node: Node, told: Mapping[str, CaseAnswer]) -> int:
    """How many of the answers `node` would show."""
    with closing(Store.read_only(node.db_path)) as store:
        answers = AnswerStore(store)
        found = {
            reference: answers.find(reference.partition("-")[0], lookup_number(reference))
            for reference in told
        }
    return sum(
        each is not None and answer_of(each.code) == told[reference]
        for reference, each in found.items()
    )
