"""Circles of imports, between modules and between folders; type-checking imports count.

A circle is a group of two or more that can reach each other (a strongly connected component).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Graph = dict[str, set[str]]


def module_graph(root: Path, packages: Iterable[str]) -> tuple[Graph, dict[str, str]]:
    """What each module imports of the project's own, and the folder (package) of each module."""
    paths = {_name(root, p): p for each in packages for p in (root / each).rglob("*.py")}
    graph = {
        name: {target for target in _imports(path, paths) if target != name}
        for name, path in paths.items()
    }
    folders = {
        name: name if path.name == "__init__.py" else name.rpartition(".")[0]
        for name, path in paths.items()
    }
    return graph, folders


def folder_graph(graph: Graph, folders: Mapping[str, str]) -> Graph:
    """The same imports, seen from folder to folder."""
    found: Graph = {}
    for name, targets in graph.items():
        own = folders[name]
        found.setdefault(own, set()).update(folders[each] for each in targets)
    return {own: targets - {own} for own, targets in found.items()}


def circles(graph: Graph) -> list[list[str]]:
    """Groups that import each other: what is left when everything else has been taken away.

    Names that import nothing left, and names that nothing left imports, are taken away until
    nothing changes; what remains is grouped by who reaches whom.
    """
    left = {name: set(targets) for name, targets in graph.items()}
    while True:
        used = set().union(*left.values()) if left else set()
        loose = {name for name, targets in left.items() if not targets or name not in used}
        if not loose:
            break
        left = {n: t - loose for n, t in left.items() if n not in loose}
    reach = {name: _reached(left, name) for name in left}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach[other]))
        for name in left
        if name in reach[name]
    }
    return sorted(map(list, groups))


def _reached(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    todo = list(graph[start])
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += graph[name]
    return found


def _imports(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield from {submodule if submodule in known else node.module} & known.keys()
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & known.keys()


def _name(root: Path, path: Path) -> str:
    name = ".".join(path.relative_to(root).with_suffix("").parts)
    return name.removesuffix(".__init__")
