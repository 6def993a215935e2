"""Regex program: compiles a pattern's tree to instructions that `matcher.py` runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from content.xforms.faults import EvaluationFault
from content.xforms.limits import REGEX_STATES_MAX
from content.xforms.xpath.regex.parser import Tree, read_pattern

Accepts = Callable[[str], bool]


class Op(Enum):
    """What an instruction does."""

    CHAR = "char"
    SPLIT = "split"
    LOOK = "look"
    END = "end"


@dataclass(slots=True)
class Assertion:
    """A condition that takes no character: `start`, `end`, `word`, `ahead` or
    `behind`.
    """

    kind: str
    wanted: bool = True
    program: Program | None = None


@dataclass(slots=True)
class Instruction:
    """CHAR goes on to the next instruction, SPLIT to each of `targets`."""

    op: Op
    accepts: Accepts = lambda _: False
    targets: tuple[int, ...] = ()
    look: Assertion | None = None


@dataclass(slots=True)
class Program:
    """The instructions, the first to run and the one that means a match."""

    lines: list[Instruction] = field(default_factory=list)
    start: int = 0
    end: int = 0
    looks_around: bool = False


def compile_pattern(pattern: str) -> Program:
    """The program of `pattern`; raises `EvaluationFault`."""
    return _emit(read_pattern(pattern), _Room())


def _emit(tree: Tree, room: _Room) -> Program:
    program = Program()
    _Writer(program, room).write(tree)
    program.end = len(program.lines)
    program.lines.append(Instruction(Op.END))
    return program


@dataclass(slots=True)
class _Room:
    """What a pattern may still grow to, its look-aheads included. A part without instructions
    takes some of it too: repeated often enough it would be written for ever.
    """

    parts: int = 4 * REGEX_STATES_MAX
    states: int = REGEX_STATES_MAX

    def take(self, *, parts: int = 0, states: int = 0) -> None:
        self.parts -= parts
        self.states -= states
        if self.parts < 0 or self.states < 0:
            raise EvaluationFault("A regular expression grows too large; use smaller counts.")


class _Writer:
    def __init__(self, program: Program, room: _Room) -> None:
        self._program = program
        self._lines = program.lines
        self._room = room

    def _add(self, line: Instruction) -> int:
        self._room.take(states=1)
        self._lines.append(line)
        return len(self._lines) - 1

    def write(self, tree: Tree) -> None:
        self._room.take(parts=1)
        match tree:
            case ("char", accepts):
                self._add(Instruction(Op.CHAR, accepts))  # type: ignore[arg-type]
            case ("seq", parts):
                for part in parts:  # type: ignore[attr-defined]
                    self.write(part)
            case ("alt", parts):
                self._alternatives(parts)  # type: ignore[arg-type]
            case ("many", inner, least, most):
                self._many(inner, least, most)  # type: ignore[arg-type]
            case ("look", kind, wanted, inner):
                self._program.looks_around |= kind in {"word", "ahead", "behind"}
                program = None if inner is None else _emit(inner, self._room)  # type: ignore[arg-type]
                self._add(Instruction(Op.LOOK, look=Assertion(str(kind), bool(wanted), program)))

    def _alternatives(self, parts: list[Tree]) -> None:
        split = self._add(Instruction(Op.SPLIT))
        starts, jumps = [], []
        for part in parts:
            starts.append(len(self._lines))
            self.write(part)
            jumps.append(self._add(Instruction(Op.SPLIT)))
        self._lines[split].targets = tuple(starts)
        for jump in jumps:
            self._lines[jump].targets = (len(self._lines),)

    def _many(self, inner: Tree, least: int, most: int | None) -> None:
        for _ in range(least):
            self.write(inner)
        if most is None:
            split = self._add(Instruction(Op.SPLIT))
            self.write(inner)
            self._add(Instruction(Op.SPLIT, targets=(split,)))
            self._lines[split].targets = (split + 1, len(self._lines))
            return
        splits = []
        for _ in range(most - least):
            splits.append(self._add(Instruction(Op.SPLIT)))
            self.write(inner)
        for split in splits:
            self._lines[split].targets = (split + 1, len(self._lines))
