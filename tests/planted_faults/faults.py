"""Small faults that can be planted in a module: what each changes, and the text with it planted.

A comparison turned or moved by one, a condition negated, a constant off by one, a switch turned, a
call dropped, a returned value replaced. Messages of exceptions, annotations and documentation are
left alone. A fault is known by its module, function, kind and source, not by its line: an edit
elsewhere neither moves it out of the seeded sample nor out of the table of reviewed faults.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
DURABLE = {"flush", "fsync", "sync_folder", "replace_file", "write_file", "keep_floor"}
"""Dropped calls that are always tried: what they make durable is missed only after a power cut."""


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """`start` and `end` are offsets into the module's bytes; `new` stands there instead."""

    module: str
    function: str
    kind: str
    old: str
    new: str
    line: int
    last_line: int
    start: int
    end: int
    nth: int = 0
    durable: bool = False
    at_import: bool = False
    uses: tuple[int, ...] = ()
    """Lines that use the module's constant in which the fault is."""

    @property
    def key(self) -> str:
        nth = f" #{self.nth + 1}" if self.nth else ""
        return f"{self.module} {self.function} {self.kind}: {self.old}{nth}"

    def planted(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]


def sample(faults: Iterable[PlantedFault], seed: str, count: int) -> list[PlantedFault]:
    """`count` of them, the same ones for the same seed whatever is written beside them."""

    def rank(fault: PlantedFault) -> tuple[bool, bytes]:
        return not fault.durable, hashlib.sha256(f"{seed} {fault.key}".encode()).digest()

    return sorted(sorted(faults, key=rank)[:count], key=lambda fault: (fault.module, fault.line))


def faults_of(module: str, source: str) -> list[PlantedFault]:
    """Every fault that can be planted in `source`, in its order."""
    finder = _Finder(module, source)
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            finder.used_at[node.id] = (*finder.used_at.get(node.id, ()), node.lineno)
    finder.visit(tree)
    seen: Counter[str] = Counter()
    found = []
    for fault in finder.found:
        found.append(PlantedFault(**{**_fields(fault), "nth": seen[fault.key]}))
        seen[fault.key] += 1
    return found


def _fields(fault: PlantedFault) -> dict[str, object]:
    return {name: getattr(fault, name) for name in PlantedFault.__slots__}


class _Finder(ast.NodeVisitor):
    def __init__(self, module: str, source: str) -> None:
        self.module = module
        self.found: list[PlantedFault] = []
        self._source = source
        lines = source.encode().splitlines(keepends=True)
        self._offsets = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
        self._functions: list[str] = []
        self._depth = 0
        self.used_at: dict[str, tuple[int, ...]] = {}
        self._constant = ""

    def _plant(self, node: ast.expr | ast.stmt, kind: str, new: str, *, durable: bool = False):
        old = " ".join((ast.get_source_segment(self._source, node) or "").split())
        self.found.append(
            PlantedFault(
                module=self.module,
                function=".".join(self._functions) or "-",
                kind=kind,
                old=old,
                new=new,
                line=node.lineno,
                last_line=node.end_lineno or node.lineno,
                start=self._offsets[node.lineno - 1] + node.col_offset,
                end=self._offsets[(node.end_lineno or node.lineno) - 1]
                + (node.end_col_offset or 0),
                durable=durable,
                at_import=not self._depth,
                uses=self.used_at.get(self._constant, ()),
            )
        )

    # -- where no fault is planted

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Positions inside an f-string are not exact before Python 3.12."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assigned(node.target, node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assigned(node.targets[0], node.value)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        if not self._functions and isinstance(target, ast.Name):
            self._constant = target.id
        self.visit(value)
        self._constant = ""

    def visit_Raise(self, node: ast.Raise) -> None:
        """What an exception says is read by people."""

    def visit_arg(self, node: ast.arg) -> None:
        """An annotation."""

    def _inside(self, node: ast.ClassDef | ast.FunctionDef) -> None:
        self._functions.append(node.name)
        for each in node.body:
            self.visit(each)
        self._functions.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if not any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases):
            self._inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        self._depth += 1
        self._inside(node)
        self._depth -= 1

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self._negate(node.test)
            self.generic_visit(node)

    # -- where one is

    def visit_Compare(self, node: ast.Compare) -> None:
        for kind, table in (("turned", _TURNED), ("boundary", _MOVED)):
            other = table.get(type(node.ops[0]))
            if len(node.ops) == 1 and other is not None:
                changed = ast.Compare(node.left, [other()], node.comparators)
                self._plant(node, kind, f"({ast.unparse(changed)})")
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        if not isinstance(test, ast.Compare):  # that is "turned"
            self._plant(test, "negated", f"(not ({ast.unparse(test)}))")

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for each in node.ifs:
            self._negate(each)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        self._plant(node, "and-or", f"({ast.unparse(ast.BoolOp(other, node.values))})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._plant(node, "switched", str(not node.value))
        elif isinstance(node.value, int | float):
            self._plant(node, "off by one", repr(node.value + 1))

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            name = ast.unparse(node.value.func).rsplit(".", 1)[-1]
            self._plant(node, "dropped", "pass", durable=name in DURABLE)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        for new in _other_values(node.value):
            self._plant(node, "returned", f"return {new}")
        self.generic_visit(node)


def _other_values(value: ast.expr | None) -> Iterator[str]:
    if value is None or isinstance(value, ast.Constant | ast.JoinedStr):
        return
    if isinstance(value, ast.Compare | ast.BoolOp):
        yield f"not ({ast.unparse(value)})"
    else:
        yield "None"
