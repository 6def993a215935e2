"""Values: the four XPath types and the conversions between them, with ODK's rules.

A value is `str`, `float`, `bool` or a list of nodes. Where the reference engines disagree the
decision table rules (docs/forms-differences.md): an ISO date is a number of days, a blank or
zero node is false, NaN in a stored text is empty.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Protocol, TypeAlias

from content.xforms.tree import XmlNode

if TYPE_CHECKING:
    from content.xforms.definition import NodeDefinition

Value: TypeAlias = str | float | bool | list[XmlNode]
NAN = math.nan
EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S = 86_400
_NUMBER = re.compile(r"\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,4})?\s*\Z", re.ASCII)
_NUMERIC_TYPES = frozenset({"int", "decimal"})


class EvaluationContext(Protocol):
    """What an expression may ask of the session it runs in."""

    @property
    def language(self) -> str:
        """The session's language, by the form's name for it; empty where it has none."""
        ...

    @property
    def zone(self) -> tzinfo:
        """The device's time zone."""
        ...

    def now(self) -> datetime:
        """The present moment, aware."""
        ...

    def document(self) -> XmlNode:
        """The parent of the record's root."""
        ...

    @property
    def fixed(self) -> dict[str, list[XmlNode]]:
        """Nodes of the record outside repeats, by absolute path."""
        ...

    def instance(self, name: str) -> XmlNode | None:
        """The document node of a list, or None where the form has none of that name."""
        ...

    def rows(self, name: str, path: tuple[str, str], column: str, value: str) -> list[XmlNode]:
        """Rows at `path` (root, row) of list `name` whose `column` equals `value`."""
        ...

    def itext(self, text_id: str, node: XmlNode) -> str:
        """A translated text in the session's language."""
        ...

    def choice_label(self, value: str, path: str, node: XmlNode) -> str:
        """The label of choice `value` of the question at `path`."""
        ...

    def spend(self, steps: int) -> None:
        """Count work done; raises `FormTooLarge` past the limit of one operation."""
        ...

    def random(self) -> float:
        """The next number of the session's generator, 0 <= n < 1."""
        ...

    def shuffle_seed(self, node: XmlNode) -> int:
        """What choices asked for at `node` are shuffled by, the same for the record's life."""
        ...

    def uuid(self) -> str:
        """A fresh version 4 UUID."""
        ...

    def property(self, name: str) -> str:
        """A device property (deviceid, username, ...), empty where unknown."""
        ...


class Context:
    """Where an expression runs: the node, its position, and the node it all started from."""

    __slots__ = ("current", "evaluation", "node", "position", "size")

    def __init__(
        self,
        node: XmlNode,
        evaluation: EvaluationContext,
        current: XmlNode | None = None,
        size: int = 1,
    ) -> None:
        self.node = node
        self.evaluation = evaluation
        self.current = node if current is None else current
        self.position = 1
        self.size = size


Run: TypeAlias = Callable[[Context], Value]


def to_text(value: Value) -> str:
    """XPath `string()`; numbers never in exponent form."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]
    if kind is list:
        return value[0].text() if value else ""  # type: ignore[index,union-attr]
    if kind is bool:
        return "true" if value else "false"
    return number_text(value)  # type: ignore[arg-type]


def number_text(number: float) -> str:
    """A number in plain digits; NaN reads `NaN` (stored nodes show it as empty)."""
    if abs(number) < 1e15:
        whole = int(number)
        if abs(number - whole) < 1e-12:
            return str(whole)
        text = repr(number)
        return text if "e" not in text else f"{number:.20f}".rstrip("0")
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return str(int(number))


def to_number(value: Value, context: Context) -> float:
    """XPath `number()`; blank is NaN, an ISO date is days since 1970 in the device's zone."""
    kind = type(value)
    if kind is float:
        return value  # type: ignore[return-value]
    if kind is bool:
        return 1.0 if value else 0.0
    if kind is list:
        value = value[0].text() if value else ""  # type: ignore[index,union-attr]
    return text_number(value, context)  # type: ignore[arg-type]


def text_number(text: str, context: Context) -> float:
    """The number a text stands for, NaN where it stands for none."""
    if not text:
        return NAN
    if text.isdigit() and text.isascii():
        return float(text)
    if _NUMBER.match(text):
        return float(text)
    if len(text) >= 10 and text[4:5] == "-":
        return days_of(text, context.evaluation.zone)
    return NAN


def text_term(text: str, context: Context) -> float:
    """As `text_number` for a side of a sum: a moment counts in UTC, as `decimal-date-time()` gives
    it, so that `date(${moment} + 1)` is the next day at every hour.
    """
    if len(text) > 10 and text[4:5] == "-":
        moment = parse_moment(text, context.evaluation.zone)
        if moment is not None:
            return utc_days(moment)
    return text_number(text, context)


def text_difference(one: str, two: str, context: Context) -> float:
    """`one - two`; of a moment and a date the date is its midnight here."""
    if (len(one) > 10) != (len(two) > 10) and one[4:5] == two[4:5] == "-":
        zone = context.evaluation.zone
        left, right = parse_moment(one, zone), parse_moment(two, zone)
        if left is not None and right is not None:
            return utc_days(left) - utc_days(right)
    return text_term(one, context) - text_term(two, context)


def days_of(text: str, zone: tzinfo) -> float:
    """Days since 1970-01-01 of a date (whole) or a date-time (with the part of the local day)."""
    moment = parse_moment(text, zone)
    if moment is None:
        return NAN
    local = moment.astimezone(zone)
    day = float(local.date().toordinal() - EPOCH_DAY)
    if len(text.strip()) == 10:
        return day
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + (local - midnight).total_seconds() / _DAY_S


def utc_days(moment: datetime) -> float:
    """Days since the epoch in UTC, with the fraction."""
    return (moment - _EPOCH).total_seconds() / _DAY_S


_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
    r"\s*(Z|[-+]\d\d(?::?\d\d)?)?)?\Z",
    re.ASCII,
)


def parse_moment(text: str, zone: tzinfo) -> datetime | None:
    """An ISO 8601 date or date-time as an aware moment; a bare date is its local midnight."""
    hit = _ISO.match(text.strip())
    if hit is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = hit.groups()
    if not 100 <= int(year) <= 9990:
        # Near the calendar's ends a change of zone has no answer.
        return None
    micro = int(((fraction or "") + "000000")[:6])
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            micro, tzinfo=zone,
        )  # fmt: skip
        if offset == "Z":
            return moment.replace(tzinfo=UTC)
        if offset:
            sign = -1 if offset[0] == "-" else 1
            digits = offset[1:].replace(":", "").ljust(4, "0")
            return moment.replace(tzinfo=_offset(sign, int(digits[:2]), int(digits[2:])))
    except ValueError:
        return None
    return moment


def _offset(sign: int, hours: int, minutes: int) -> tzinfo:
    from datetime import timedelta, timezone  # noqa: PLC0415 - used by zoned texts only

    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def to_boolean(value: Value) -> bool:
    """XPath `boolean()`, but a node counts by its value: blank, or zero in a numeric field, is no.

    That is JavaRosa's reading; XPath 1.0 would call any existing node true.
    """
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[return-value]
    if kind is list:
        return bool(value) and node_truth(value[0])  # type: ignore[index,arg-type]
    if kind is float:
        return value != 0 and not math.isnan(value)  # type: ignore[arg-type]
    return value != ""


def node_truth(node: XmlNode) -> bool:
    """Whether a node's value counts as true (see `to_boolean`)."""
    text = node.text()
    if not text:
        return False
    place: NodeDefinition | None = node.place
    if place is not None:
        if place.type in _NUMERIC_TYPES:
            try:
                return float(text) != 0
            except ValueError:
                return True
        if place.type == "boolean":
            return text in {"true", "1"}
        if text == "false" and place.bind is not None and place.bind.calculate:
            # A truth that was calculated stays one, whatever type its node has.
            return False
    return True


def is_numeric(node: XmlNode) -> bool:
    """Whether the form types this node as a number."""
    place: NodeDefinition | None = node.place
    return place is not None and place.type in _NUMERIC_TYPES
