"""Expiry: answers past their date are forgotten, once an hour, on days whose time is trusted."""

from __future__ import annotations

from collections.abc import Callable

from provisioning.clock import Clock
from sync.answers.answer_store import AnswerStore
from sync.store.database import Transaction

EVERY_S = 3600.0


class AnswerExpiry:
    """`on_erased` writes into the same transaction how many were forgotten."""

    def __init__(
        self,
        answers: AnswerStore,
        clock: Clock,
        on_erased: Callable[[Transaction, int], None] = lambda *_: None,
    ) -> None:
        self._answers = answers
        self._clock = clock
        self._on_erased = on_erased
        self._due = 0.0

    def turn(self) -> int:
        """Forget what is due; how many answers."""
        now = self._clock.monotonic()
        if now < self._due or not self._clock.trusted:
            return 0
        self._due = now + EVERY_S
        return self._answers.expire(self._clock.now(), self._on_erased)
