"""Forwarder: sends an agency's submissions to its ODK server, one by one, exactly once.

It only sequences: HEAD first, then every post of a submission, the delivery log before and after
each. The connection is a port (`Wire`); decisions and splits are pure. Stopping anywhere and
starting again sends the same bytes from the first post not yet known to have arrived. What the
server refused is tried once in each run: a form may be published, a limit raised in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from sync.agency.openrosa.delivery_log import DeliveryLog
from sync.agency.openrosa.responses import (
    DeliveryDecision,
    PostTarget,
    ServerResponse,
    decide_head,
    decide_post,
)
from sync.agency.openrosa.submission import Post, Submission, TooLarge, multipart, split


class Wire(Protocol):
    """Two requests with a deadline each; silence is `NO_ANSWER`, never an exception."""

    def head(self, url: str) -> ServerResponse: ...

    def post(self, url: str, body: bytes, boundary: str) -> ServerResponse: ...


@dataclass(slots=True)
class ForwardResult:
    """What one run did. `stopped` names why it ended before the last submission, if it did."""

    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[tuple[str, DeliveryDecision, int, str]] = field(default_factory=list)
    stopped: DeliveryDecision | None = None


STOPS_EVERYTHING = {DeliveryDecision.ASK, DeliveryDecision.PORTAL, DeliveryDecision.RETRY}


def forward(
    submissions: Iterable[Submission],
    url: str,
    wire: Wire,
    log: DeliveryLog,
    prepare: Callable[[Submission], Submission] = lambda submission: submission,
) -> ForwardResult:
    """Hand every submission to `url`; a run that was stopped is simply run again."""
    outcome = ForwardResult()
    target: PostTarget | None = None
    for submission in submissions:
        known = log.progress(submission.instance_id)
        if known is not None and known.state == DeliveryDecision.ACCEPTED.value:
            outcome.counts["already accepted"] += 1
            continue
        if target is None:
            decided = decide_head(url, answer := wire.head(url))
            if isinstance(decided, DeliveryDecision):
                outcome.stopped = decided
                outcome.troubles.append(("HEAD", decided, answer.status, answer.text[:200]))
                return outcome
            target = decided
        verdict, answer = _send(log.freeze(submission, prepare), target, wire, log)
        outcome.counts[verdict.value] += 1
        log.settle(submission.instance_id, verdict, answer.status)
        if verdict is not DeliveryDecision.ACCEPTED:
            outcome.troubles.append(
                (submission.instance_id, verdict, answer.status, answer.text[:200])
            )
        if verdict in STOPS_EVERYTHING:
            outcome.stopped = verdict
            return outcome
    return outcome


def _send(
    submission: Submission, target: PostTarget, wire: Wire, log: DeliveryLog
) -> tuple[DeliveryDecision, ServerResponse]:
    try:
        posts: tuple[Post, ...] = split(submission, target.limit_bytes)
    except TooLarge as error:
        return DeliveryDecision.PARKED, ServerResponse(413, {}, str(error))
    log.begin(submission.instance_id, target.limit_bytes)
    progress = log.progress(submission.instance_id)
    done = progress.posts_done if progress else 0
    answer = ServerResponse(201, {})
    for number, post in enumerate(posts, 1):
        if number <= done:
            continue
        boundary = _boundary(submission, number)
        answer = wire.post(target.url, multipart(submission, post, boundary), boundary)
        verdict = decide_post(answer)
        if verdict is not DeliveryDecision.ACCEPTED:
            return verdict, answer
        log.posted(submission.instance_id, number, answer.status)
    return DeliveryDecision.ACCEPTED, answer


def _boundary(submission: Submission, number: int) -> str:
    """A boundary that no part contains; the same for the same submission."""
    taken = [submission.xml, *submission.attachments.values()]
    attempt = 0
    while True:
        boundary = f"huduma-{submission.instance_id[-12:]}-{number}-{attempt}"
        if not any(boundary.encode() in content for content in taken):
            return boundary
        attempt += 1
