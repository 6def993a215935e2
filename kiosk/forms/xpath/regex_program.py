"""Regex programs: a pattern to a list of lines for `regex.py` to run.

Grammar: literals, `.`, classes, `\\d \\w \\s \\p{L}` and their opposites, groups, `|`, `* + ? {m,n}`
(greedy or lazy: the same for a whole match), `^ $ \\b \\B`, look-ahead, `(?i)`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from kiosk.forms.faults import EvaluationFault
from kiosk.forms.limits import REGEX_STATES_MAX

Accepts = Callable[[str], bool]
_DEPTH_MAX = 60
_COUNT_MAX = 1_000


class Op(Enum):
    """What a line does."""

    CHAR = "char"
    SPLIT = "split"
    LOOK = "look"
    END = "end"


@dataclass(slots=True)
class Look:
    """A condition that takes no character: `start`, `end`, `word` or `ahead`."""

    kind: str
    wanted: bool = True
    program: Program | None = None


@dataclass(slots=True)
class Line:
    """One line: CHAR goes on to the next, SPLIT to each of `targets`."""

    op: Op
    accepts: Accepts = lambda _: False
    targets: tuple[int, ...] = ()
    look: Look | None = None


@dataclass(slots=True)
class Program:
    """Lines, where to start and the line that means a match."""

    lines: list[Line] = field(default_factory=list)
    start: int = 0
    end: int = 0
    looks_around: bool = False


def compile_pattern(pattern: str) -> Program:
    """The program of `pattern`; raises `EvaluationFault`."""
    reader = _Reader(pattern)
    tree = reader.alternatives()
    if not reader.at_end():
        raise reader.wrong("an unexpected )")
    return _emit(tree)


# A pattern's tree: ("char", accepts) ("seq", [..]) ("alt", [..]) ("many", tree, least, most)
# ("look", kind, wanted, tree or None)
Tree = tuple[object, ...]


def _emit(tree: Tree) -> Program:
    program = Program()
    _Writer(program).write(tree)
    program.end = len(program.lines)
    program.lines.append(Line(Op.END))
    return program


class _Writer:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._lines = program.lines

    def _add(self, line: Line) -> int:
        if len(self._lines) >= REGEX_STATES_MAX:
            raise EvaluationFault("A regular expression grows too large; use smaller counts.")
        self._lines.append(line)
        return len(self._lines) - 1

    def write(self, tree: Tree) -> None:
        match tree:
            case ("char", accepts):
                self._add(Line(Op.CHAR, accepts))  # type: ignore[arg-type]
            case ("seq", parts):
                for part in parts:  # type: ignore[attr-defined]
                    self.write(part)
            case ("alt", parts):
                self._alternatives(parts)  # type: ignore[arg-type]
            case ("many", inner, least, most):
                self._many(inner, least, most)  # type: ignore[arg-type]
            case ("look", kind, wanted, inner):
                self._program.looks_around |= kind in {"word", "ahead"}
                program = None if inner is None else _emit(inner)  # type: ignore[arg-type]
                self._add(Line(Op.LOOK, look=Look(str(kind), bool(wanted), program)))

    def _alternatives(self, parts: list[Tree]) -> None:
        split = self._add(Line(Op.SPLIT))
        starts, jumps = [], []
        for part in parts:
            starts.append(len(self._lines))
            self.write(part)
            jumps.append(self._add(Line(Op.SPLIT)))
        self._lines[split].targets = tuple(starts)
        for jump in jumps:
            self._lines[jump].targets = (len(self._lines),)

    def _many(self, inner: Tree, least: int, most: int | None) -> None:
        for _ in range(least):
            self.write(inner)
        if most is None:
            split = self._add(Line(Op.SPLIT))
            self.write(inner)
            self._add(Line(Op.SPLIT, targets=(split,)))
            self._lines[split].targets = (split + 1, len(self._lines))
            return
        splits = []
        for _ in range(most - least):
            splits.append(self._add(Line(Op.SPLIT)))
            self.write(inner)
        for split in splits:
            self._lines[split].targets = (split + 1, len(self._lines))


def _word(char: str) -> bool:
    return char == "_" or (char.isascii() and char.isalnum())


_CLASSES: dict[str, Accepts] = {
    "d": lambda char: "0" <= char <= "9",
    "w": _word,
    "s": lambda char: char in " \t\n\r\f\v\u00a0\ufeff\u2028\u2029",
    "h": lambda char: char in " \t\u00a0",
}
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "a": "\a"}
_PROPERTIES: dict[str, Accepts] = {
    "Alpha": str.isalpha,
    "Digit": lambda char: "0" <= char <= "9",
    "Alnum": str.isalnum,
    "Upper": str.isupper,
    "Lower": str.islower,
    "Punct": lambda char: unicodedata.category(char).startswith(("P", "S")),
    "Space": str.isspace,
    "ASCII": str.isascii,
}


def _not(accepts: Accepts) -> Accepts:
    return lambda char: not accepts(char)


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0
        self._any_case = False

    def at_end(self) -> bool:
        return self._at >= len(self._pattern)

    def wrong(self, what: str) -> EvaluationFault:
        shown = self._pattern[:60]
        return EvaluationFault(f"The regular expression {shown!r} has {what}; rewrite it.")

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self, text: str) -> bool:
        if self._pattern.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _next(self) -> str:
        if self.at_end():
            raise self.wrong("no end")
        self._at += 1
        return self._pattern[self._at - 1]

    def alternatives(self) -> Tree:
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise self.wrong("too many nested groups")
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else ("alt", parts)

    def _sequence(self) -> Tree:
        parts: list[Tree] = []
        while not self.at_end() and self._peek() not in "|)":
            parts.append(self._quantified(self._atom()))
        return ("seq", parts)

    def _quantified(self, atom: Tree) -> Tree:
        while True:
            if self._take("*"):
                atom = ("many", atom, 0, None)
            elif self._take("+"):
                atom = ("many", atom, 1, None)
            elif self._take("?"):
                atom = ("many", atom, 0, 1)
            elif self._peek() == "{" and (counts := self._counts()) is not None:
                atom = ("many", atom, *counts)
            else:
                return atom
            if self._take("+"):
                raise self.wrong("a possessive quantifier")
            self._take("?")

    def _counts(self) -> tuple[int, int | None] | None:
        close = self._pattern.find("}", self._at)
        least, comma, most = self._pattern[self._at + 1 : close].partition(",")
        if close < 0 or not least.isdecimal() or not (most == "" or most.isdecimal()):
            return None
        self._at = close + 1
        low = int(least)
        high = (int(most) if most else None) if comma else low
        if max(low, high or 0) > _COUNT_MAX or (high is not None and high < low):
            raise self.wrong(f"a count over {_COUNT_MAX} or out of order")
        return low, high

    def _atom(self) -> Tree:
        char = self._next()
        match char:
            case "(":
                return self._group()
            case "[":
                return ("char", self._cased(self._class()))
            case ".":
                return ("char", lambda c: c not in "\n\r\u2028\u2029")
            case "^":
                return ("look", "start", True, None)
            case "$":
                return ("look", "end", True, None)
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise self.wrong(f"nothing before {char}")
            case _:
                return ("char", self._cased(_same(char)))

    def _cased(self, accepts: Accepts) -> Accepts:
        if not self._any_case:
            return accepts
        return lambda char: accepts(char.lower()) or accepts(char.upper())

    def _group(self) -> Tree:
        kind = ""
        if self._take("?"):
            if self._take("i)"):
                self._any_case = True
                return ("seq", [])
            kind = self._next()
            if kind == "<" and self._peek() not in "=!":
                while self._next() != ">":
                    pass
                kind = ":"
            if kind not in ":=!":
                raise self.wrong("a group of a kind that cannot be run in bounded time")
        inner = self.alternatives()
        if not self._take(")"):
            raise self.wrong("a group without its )")
        return ("look", "ahead", kind == "=", inner) if kind in {"=", "!"} else inner

    def _escape(self) -> Tree:
        char = self._next()
        if char in "bB":
            return ("look", "word", char == "b", None)
        if char in "AzZ":
            return ("look", "start" if char == "A" else "end", True, None)
        if char in "123456789k":
            raise self.wrong("a back-reference, which cannot be run in bounded time")
        return ("char", self._cased(self._escaped(char)))

    def _escaped(self, char: str) -> Accepts:
        if char.lower() in _CLASSES:
            known = _CLASSES[char.lower()]
            return known if char.islower() else _not(known)
        if char in "pP":
            known = self._property()
            return known if char == "p" else _not(known)
        return _same(self._literal(char))

    def _literal(self, char: str) -> str:
        for mark, digits in (("x", 2), ("u", 4)):
            if char == mark:
                code = self._pattern[self._at : self._at + digits]
                self._at += digits
                try:
                    return chr(int(code, 16))
                except ValueError:
                    raise self.wrong(f"\\{mark} without {digits} hexadecimal digits") from None
        return _ESCAPES.get(char, char)

    def _property(self) -> Accepts:
        name = self._next()
        if name == "{":
            close = self._pattern.find("}", self._at)
            if close < 0:
                raise self.wrong("\\p without its }")
            name, self._at = self._pattern[self._at : close], close + 1
        name = name.removeprefix("Is").removeprefix("general_category=")
        if name in _PROPERTIES:
            return _PROPERTIES[name]
        if len(name) <= 2:
            return lambda char: unicodedata.category(char).startswith(name)
        raise self.wrong(f"the unknown property {name}")

    def _class(self) -> Accepts:
        negated = self._take("^")
        parts: list[Accepts] = []
        first = True
        while first or self._peek() != "]":
            parts.append(self._class_part())
            first = False
            if self.at_end():
                raise self.wrong("a [ without its ]")
        self._at += 1

        def accepts(char: str) -> bool:
            return any(part(char) for part in parts)

        return _not(accepts) if negated else accepts

    def _class_part(self) -> Accepts:
        char = self._next()
        if char == "[" and self._take(":"):
            close = self._pattern.find(":]", self._at)
            name = self._pattern[self._at : close].capitalize()
            if close < 0 or name not in _PROPERTIES:
                raise self.wrong("an unknown class")
            self._at = close + 2
            return _PROPERTIES[name]
        if char == "\\":
            char = self._next()
            if char.lower() in _CLASSES or char in "pP":
                return self._escaped(char)
            char = "\b" if char == "b" else self._literal(char)
        follows = self._pattern[self._at : self._at + 2]
        if len(follows) == 2 and follows[0] == "-" and follows[1] != "]":
            self._at += 1
            last = self._next()
            if last == "\\":
                last = self._literal(self._next())
            if last < char:
                raise self.wrong(f"a range {char}-{last} out of order")
            low, high = char, last
            return lambda c: low <= c <= high
        return _same(char)


def _same(wanted: str) -> Accepts:
    return lambda char: char == wanted
