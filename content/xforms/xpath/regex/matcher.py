"""Matcher: whole-value regex matching in time linear in the value, for every pattern.

A pattern (the part of syntax Java and JavaScript share) becomes a small program that is run over
all its states at once, so there is nothing to backtrack into. Steps are remembered per (states,
character), which makes the usual pattern one dictionary look-up a character. Back-references
cannot be run this way and are refused with a sentence.
"""

from __future__ import annotations

from functools import lru_cache

from content.xforms.faults import EvaluationFault
from content.xforms.limits import REGEX_CHARS_MAX
from content.xforms.xpath.regex.program import Assertion, Op, Program, compile_pattern

_REMEMBERED_MAX = 4_096
_BUDGET = 5_000_000
_PROGRAMS = 256


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` matches `pattern`; raises `EvaluationFault` for a pattern it
    cannot run.
    """
    return _matcher(pattern).matches(text)


@lru_cache(maxsize=_PROGRAMS)
def _matcher(pattern: str) -> _Matcher:
    if len(pattern) > REGEX_CHARS_MAX:
        raise EvaluationFault(f"A regular expression is longer than {REGEX_CHARS_MAX} characters.")
    return _Matcher(compile_pattern(pattern))


def is_word(char: str) -> bool:
    r"""What `\w` and `\b` mean: ASCII, as in Java and JavaScript."""
    return char == "_" or (char.isascii() and char.isalnum())


class _Matcher:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._remembered: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._plain = not program.looks_around

    def matches(self, text: str) -> bool:
        budget = [_BUDGET]
        states = self._closure({self._program.start}, text, 0, budget)
        for at, char in enumerate(text):
            if not states:
                return False
            last = at + 1 == len(text)
            if self._plain and not last:
                following = self._remembered.get((states, char))
                if following is None:
                    following = self._step(states, char, text, at, budget)
                    if len(self._remembered) >= _REMEMBERED_MAX:
                        self._remembered.clear()
                    self._remembered[states, char] = following
            else:
                following = self._step(states, char, text, at, budget)
            states = following
        return self._program.end in states

    def _step(
        self, states: frozenset[int], char: str, text: str, at: int, budget: list[int]
    ) -> frozenset[int]:
        lines = self._program.lines
        budget[0] -= len(states)
        reached = {
            state + 1
            for state in states
            if lines[state].op is Op.CHAR and lines[state].accepts(char)
        }
        return self._closure(reached, text, at + 1, budget)

    def _closure(self, states: set[int], text: str, at: int, budget: list[int]) -> frozenset[int]:
        """Every state reachable without taking a character, at offset `at` of `text`."""
        lines = self._program.lines
        pending, seen, kept = list(states), set(states), set()
        while pending:
            budget[0] -= 1
            if budget[0] < 0:
                raise EvaluationFault("A regular expression needs too many steps; simplify it.")
            state = pending.pop()
            line = lines[state]
            following: tuple[int, ...]
            if line.op is Op.CHAR or line.op is Op.END:
                kept.add(state)
                continue
            if line.op is Op.LOOK:
                following = (state + 1,) if self._holds(line.look, text, at, budget) else ()
            else:
                following = line.targets
            for target in following:
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
        return frozenset(kept)

    def _holds(self, look: Assertion | None, text: str, at: int, budget: list[int]) -> bool:
        assert look is not None
        match look.kind:
            case "start":
                return at == 0
            case "end":
                return at == len(text)
            case "word":
                before = at > 0 and is_word(text[at - 1])
                after = at < len(text) and is_word(text[at])
                return (before != after) is look.wanted
            case "behind":
                assert look.program is not None
                return self._behind(look.program, text, at, budget) is look.wanted
            case _:
                assert look.program is not None
                return self._ahead(look.program, text, at, budget) is look.wanted

    def _ahead(self, program: Program, text: str, at: int, budget: list[int]) -> bool:
        inner = _Matcher(program)
        states = inner._closure({program.start}, text, at, budget)
        while True:
            if program.end in states:
                return True
            if not states or at == len(text):
                return False
            states = inner._step(states, text[at], text, at, budget)
            at += 1

    def _behind(self, program: Program, text: str, end: int, budget: list[int]) -> bool:
        """Whether some part of `text` that ends at `end` matches, wherever it begins."""
        inner = _Matcher(program)
        states: frozenset[int] = frozenset()
        for at in range(end + 1):
            states |= inner._closure({program.start}, text, at, budget)
            if at < end:
                states = inner._step(states, text[at], text, at, budget)
        return program.end in states
