r"""Regex parser: a pattern to its syntax tree.

Grammar: literals, `\Q...\E`, `.`, classes (one in another and `&&` as in Java), `\d \w \s \p{L}`
and their opposites, groups, `|`, and `* + ? {m,n}` (greedy or lazy: the same for a whole match;
possessive `X*+` stops only where X no longer matches), `^ $ \b \B`, looking ahead and behind,
`(?i)`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from content.xforms.faults import EvaluationFault

Accepts = Callable[[str], bool]
_DEPTH_MAX = 60
_COUNT_MAX = 1_000
_COUNT_DIGITS_MAX = 20
Tree = tuple[object, ...]
"""One of: a char with what accepts it; a seq or alt of trees; many of a tree, least and most;
a look with its kind, whether it must hold, and the tree looked for."""


def read_pattern(pattern: str) -> Tree:
    """The tree of `pattern`; raises `EvaluationFault`."""
    reader = _Reader(pattern)
    tree = reader.alternatives()
    if not reader.at_end():
        raise reader.wrong("an unexpected )")
    return tree


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
            if self._take(r"\Q"):
                quoted = [("char", self._cased(_same(each))) for each in self._quoted()]
                parts += quoted[:-1]
                parts += [self._quantified(last) for last in quoted[-1:]]
            else:
                parts.append(self._quantified(self._atom()))
        return ("seq", parts)

    def _quantified(self, atom: Tree) -> Tree:
        while True:
            counts: tuple[int, int | None] | None
            if self._take("*"):
                counts = 0, None
            elif self._take("+"):
                counts = 1, None
            elif self._take("?"):
                counts = 0, 1
            else:
                counts = self._counts() if self._peek() == "{" else None
            if counts is None:
                return atom
            if self._take("+"):
                atom = _possessive(atom, *counts)
            else:
                atom = ("many", atom, *counts)
                self._take("?")

    def _counts(self) -> tuple[int, int | None] | None:
        close = self._pattern.find("}", self._at)
        least, comma, most = self._pattern[self._at + 1 : close].partition(",")
        if close < 0 or not least.isdecimal() or not (most == "" or most.isdecimal()):
            return None
        self._at = close + 1
        if max(len(least), len(most)) > _COUNT_DIGITS_MAX:
            raise self.wrong(f"a count over {_COUNT_MAX} or out of order")
        low = int(least)
        high = (int(most) if most else None) if comma else low
        if max(low, high or 0) > _COUNT_MAX or (high is not None and high < low):
            raise self.wrong(f"a count over {_COUNT_MAX} or out of order")
        return low, high

    def _atom(self) -> Tree:  # noqa: PLR0911 - one a kind of atom
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
        kind, where = "", ""
        if self._take("?"):
            if self._take("i)"):
                self._any_case = True
                return ("seq", [])
            where = "behind" if self._take("<=") or self._take("<!") else "ahead"
            kind = self._pattern[self._at - 1] if where == "behind" else self._next()
            if kind == "<":
                while self._next() != ">":
                    pass
                kind = ":"
            if kind not in ":=!":
                raise self.wrong("a group of a kind that cannot be run in bounded time")
        inner = self.alternatives()
        if not self._take(")"):
            raise self.wrong("a group without its )")
        return ("look", where, kind == "=", inner) if kind in {"=", "!"} else inner

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

    def _quoted(self) -> str:
        r"""What stands between `\Q` and `\E`, or the end."""
        quoted, _, _ = self._pattern[self._at :].partition(r"\E")
        self._at = min(len(self._pattern), self._at + len(quoted) + 2)
        return quoted

    def _property(self) -> Accepts:
        name = self._next()
        if name == "{":
            close = self._pattern.find("}", self._at)
            if close < 0:
                raise self.wrong("\\p without its }")
            name, self._at = self._pattern[self._at : close], close + 1
        known = _property_named(name.removeprefix("Is").removeprefix("general_category="))
        if known is None:
            raise self.wrong(f"the unknown property {name}")
        return known

    def _class(self) -> Accepts:
        """A class after its `[`: unions of characters, ranges and classes, with `&&` between
        those that a character must be in at once.
        """
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise self.wrong("too many nested groups")
        negated = self._take("^")
        unions: list[list[Accepts]] = [[]]
        first = True
        while first or self._peek() != "]":
            if self._take("&&"):
                unions.append([])
            else:
                unions[-1].append(self._class_part())
            first = False
            if self.at_end():
                raise self.wrong("a [ without its ]")
        self._at += 1
        self._depth -= 1
        wanted = [parts for parts in unions if parts]

        def accepts(char: str) -> bool:
            return all(any(part(char) for part in parts) for parts in wanted)

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
        if char == "[":
            return self._class()
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


def _possessive(atom: Tree, least: int, most: int | None) -> Tree:
    """As many as there are and never fewer: the most, or fewer with none following."""
    if most == least:
        return ("many", atom, least, most)
    fewer = None if most is None else most - 1
    ended: Tree = ("seq", [("many", atom, least, fewer), ("look", "ahead", False, atom)])
    return ended if most is None else ("alt", [("many", atom, most, most), ended])


def _same(wanted: str) -> Accepts:
    return lambda char: char == wanted


def _property_named(name: str) -> Accepts | None:
    """A POSIX name or a Unicode category of one or two letters; None where it is neither."""
    if name in _PROPERTIES or len(name) > 2:
        return _PROPERTIES.get(name)
    return lambda char: unicodedata.category(char).startswith(name)
