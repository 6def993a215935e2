"""Form tree: the facts of an XForm the linter asks about, and where its author wrote them.

Works on any XForm; when it was compiled from a workbook, each node knows its row there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from content.authoring.workbook import Workbook, cell

_XF = "{http://www.w3.org/2002/xforms}"
_JR = "{http://openrosa.org/javarosa}"
_HUDUMA = "{https://huduma.go.ke/xforms}"
_CONTROLS = ("input", "select1", "select", "upload", "range", "trigger", "rank")
EXPRESSIONS = ("relevant", "constraint", "calculate", "required", "readonly")


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, the node it belongs to and the column it was written in."""

    node: str
    kind: str
    text: str


@dataclass(slots=True)
class FormTree:
    """Nodes by absolute path, without the names' namespaces."""

    nodes: set[str] = field(default_factory=set)
    repeats: set[str] = field(default_factory=set)
    types: dict[str, str] = field(default_factory=dict)
    controls: dict[str, etree._Element] = field(default_factory=dict)
    expressions: list[Expression] = field(default_factory=list)
    lists: dict[str, int] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)

    def repeat_of(self, path: str) -> str | None:
        """The innermost repeat `path` lies in."""
        inside = [one for one in self.repeats if path.startswith(one + "/")]
        return max(inside, key=len, default=None)

    def row(self, path: str) -> int | None:
        """The row of the survey sheet, where there is one."""
        return self.rows.get(path)


def read(root: etree._Element, book: Workbook | None) -> FormTree:
    """The tree of a parsed XForm."""
    tree = FormTree()
    model = root.find(f".//{_XF}model")
    if model is None:
        return tree
    instance = model.find(f"{_XF}instance")
    if instance is not None and len(instance):
        tree.nodes.update(_walk(instance[0], ""))
        tree.rows = _rows(book, etree.QName(instance[0]).localname)
    for extra in model.iterfind(f"{_XF}instance[@id]"):
        if extra is not instance:
            tree.lists[str(extra.get("id"))] = sum(1 for _ in extra.iter(f"{_XF}item"))
    for translation in model.iter(f"{_XF}translation"):
        texts = tree.texts.setdefault(str(translation.get("lang")), {})
        for text in translation.iterfind(f"{_XF}text"):
            texts[str(text.get("id"))] = "".join(text.itertext()).strip()
    _binds(tree, model)
    _body(tree, root)
    return tree


def _walk(element: etree._Element, parent: str) -> Iterator[str]:
    path = f"{parent}/{etree.QName(element).localname}"
    yield path
    for child in element.iterchildren(tag=etree.Element):
        yield from _walk(child, path)


def _plain(path: str | None) -> str:
    """A nodeset without prefixes on its steps."""
    return re.sub(r"/[\w\-]+:", "/", path or "")


def _binds(tree: FormTree, model: etree._Element) -> None:
    for bind in model.iterfind(f"{_XF}bind"):
        path = _plain(bind.get("nodeset"))
        tree.types[path] = (bind.get("type") or "string").removeprefix("xsd:")
        for kind in EXPRESSIONS:
            text = bind.get(kind)
            if text and text not in {"true()", "false()"}:
                tree.expressions.append(Expression(path, kind, text))
    for action in model.getroottree().iter(f"{_XF}setvalue"):
        if action.get("value"):
            path = _plain(action.get("ref"))
            tree.expressions.append(Expression(path, "default", str(action.get("value"))))


def _body(tree: FormTree, root: etree._Element) -> None:
    for repeat in root.iter(f"{_XF}repeat"):
        path = _plain(repeat.get("nodeset"))
        tree.repeats.add(path)
        if repeat.get(f"{_JR}count"):
            tree.expressions.append(
                Expression(path, "repeat_count", str(repeat.get(f"{_JR}count")))
            )
    for control in root.iter(*(_XF + tag for tag in _CONTROLS), "{*}rank"):
        path = _plain(control.get("ref"))
        tree.controls[path] = control
        itemset = control.find(f"{_XF}itemset")
        if itemset is not None and "[" in (itemset.get("nodeset") or ""):
            predicate = str(itemset.get("nodeset")).partition("[")[2].rpartition("]")[0]
            tree.expressions.append(Expression(path, "choice_filter", predicate))
    for output in root.iter(f"{_XF}output"):
        tree.expressions.append(Expression("", "label", str(output.get("value") or "")))


def _rows(book: Workbook | None, root_name: str) -> dict[str, int]:
    """Row number by path, from the nesting of the survey sheet."""
    rows: dict[str, int] = {}
    if book is None:
        return rows
    inside = [root_name]
    for number, row in book.rows("survey"):
        kind = cell(row, "type", "command").casefold().replace("_", " ")
        name = cell(row, "name", "value", "tag")
        if kind.startswith("end ") and kind.split()[1] in {"group", "repeat", "lgroup"}:
            if len(inside) > 1:
                inside.pop()
            continue
        path = "/" + "/".join([*inside, name])
        rows.setdefault(path, number)
        if kind.startswith("begin "):
            inside.append(name)
    return rows
