"""String functions (XPath 1.0 section 4.2 and the ODK XForms list)."""

from __future__ import annotations

import math

from content.xforms.faults import FormTooLarge
from content.xforms.limits import VALUE_CHARS_MAX
from content.xforms.xpath.regex.matcher import matches
from content.xforms.xpath.signature import Function
from content.xforms.xpath.values import NAN, Context, Value, to_text

_UUID_MAX = 1_000


def flat(values: tuple[Value, ...]) -> list[str]:
    """Every text of `values`, each node of a node set by itself; NaN is blank."""
    texts: list[str] = []
    for value in values:
        if isinstance(value, list):
            texts += [node.text() for node in value if node.relevant]
        elif isinstance(value, float) and math.isnan(value):
            texts.append("")
        else:
            texts.append(to_text(value))
    return texts


def _bounded(text: str) -> str:
    if len(text) > VALUE_CHARS_MAX:
        raise FormTooLarge(f"A text grew past {VALUE_CHARS_MAX} characters; shorten the form's.")
    return text


def _concat(_: Context, *values: Value) -> str:
    return _bounded("".join(flat(values)))


def _join(_: Context, separator: str, *values: Value) -> str:
    return _bounded(separator.join(flat(values)))


def _substr(_: Context, text: str, start: float, end: float = math.nan) -> str:
    """Characters from `start` to before `end`, from 0; negative counts from the end."""
    if math.isnan(start):
        return ""
    first = max(0, len(text) + _whole(start)) if start < 0 else _whole(start)
    last = len(text) if math.isnan(end) else _whole(end)
    last = max(0, len(text) + last) if last < 0 else last
    return text[first:last]


def _whole(number: float) -> int:
    return int(max(-1e9, min(1e9, number)))


def _substring(_: Context, text: str, start: float, length: float = math.inf) -> str:
    first = math.floor(start + 0.5) if math.isfinite(start) else start
    span = math.floor(length + 0.5) if math.isfinite(length) else length
    end = first + span
    if math.isnan(first) or math.isnan(end):
        return ""
    return text[max(0, _whole(first) - 1) : max(0, _whole(end) - 1)]


def _before(_: Context, text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def _after(_: Context, text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


def _translate(_: Context, text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for at, char in enumerate(old):
        table.setdefault(ord(char), new[at] if at < len(new) else None)
    return text.translate(table)


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, as both reference engines count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _string(c: Context, value: Value | None = None) -> str:
    return c.node.text() if value is None else to_text(value)


def _length(c: Context, text: str | None = None) -> float:
    return float(utf16_length(c.node.text() if text is None else text))


def _normalize(c: Context, text: str | None = None) -> str:
    return " ".join((c.node.text() if text is None else text).split())


def _name(c: Context, nodes: Value | None = None) -> str:
    if nodes is None:
        return c.node.name
    return nodes[0].name if isinstance(nodes, list) and nodes else ""


def _uuid(c: Context, length: float = NAN) -> str:
    """A UUID; with a length, as many random letters and digits."""
    if not 1 <= length <= _UUID_MAX:
        return c.evaluation.uuid()
    letters = ""
    while len(letters) < length:
        letters += c.evaluation.uuid().replace("-", "")
    return letters[: int(length)]


TABLE = {
    "string": Function("text", "v", _string, optional=1),
    "concat": Function("text", "", _concat, rest="v"),
    "join": Function("text", "s", _join, rest="v"),
    "substr": Function("text", "snn", _substr, optional=1),
    "substring": Function("text", "snn", _substring, optional=1),
    "substring-before": Function("text", "ss", _before),
    "substring-after": Function("text", "ss", _after),
    "translate": Function("text", "sss", _translate),
    "string-length": Function("number", "s", _length, optional=1),
    "normalize-space": Function("text", "s", _normalize, optional=1),
    "contains": Function("boolean", "ss", lambda _, text, part: part in text),
    "starts-with": Function("boolean", "ss", lambda _, text, part: text.startswith(part)),
    "ends-with": Function("boolean", "ss", lambda _, text, part: text.endswith(part)),
    "regex": Function("boolean", "ss", lambda _, text, pattern: matches(pattern, text)),
    "name": Function("text", "o", _name, optional=1),
    "local-name": Function("text", "o", _name, optional=1),
    "jr:itext": Function("text", "s", lambda c, text_id: c.evaluation.itext(text_id, c.node)),
    "itext": Function("text", "s", lambda c, text_id: c.evaluation.itext(text_id, c.node)),
    "uuid": Function("text", "n", _uuid, optional=1),
    "property": Function("text", "s", lambda c, name: c.evaluation.property(name)),
    "version": Function("text", "", lambda c: c.evaluation.property("version")),
}
