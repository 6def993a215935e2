"""Seeds altered where their structure says: one value of a JSON, CBOR or MessagePack seed, or one
word of a text, stands for another that is odd in its kind, range, depth or letters.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import cbor2
import msgspec

ALTERED_MAX = 3_000
"""So many altered seeds at most: the fuzzer makes more of those that run something new."""

ODD_TEXTS = (
    "\u00b9", "\u0663", "9" * 40, "1e400", "-1e400", "NaN", "-1", "0", "99999999999999999999",
    "\x00", "\u2100", "\ufeff", "[", "]", "((((((((", "'", '"', "null", "true", "[]", "{}",
    "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "../../x", "%s{0}",
)  # fmt: skip
_DEEP: Any = [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]
_ODD: tuple[Any, ...] = (
    None, True, False, -1, 0, 1 << 31, 1 << 53, (1 << 63) - 1, (1 << 64) - 1, -(1 << 63), 10**320,
    float("inf"), float("nan"), 1e300, "", "x" * 300, "\u00b9", "1e400", b"", b"\xff" * 40,
    [], [[]], {}, {"a": 1}, _DEEP, ["x"] * 300,
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
)  # fmt: skip


def altered(seeds: Iterable[bytes]) -> list[bytes]:
    """Altered seeds, the same ones for the same seeds."""
    made: list[bytes] = []
    for seed in seeds:
        for reading, writing in _WAYS:
            try:
                value = reading(seed)
            except Exception:  # noqa: BLE001 - the seed is of another format
                continue
            made += _written(_variants(value), writing)
        made += _texts(seed)
    return random.Random(0).sample(made, min(len(made), ALTERED_MAX))


class StructureAware:
    """Alters inputs as their structure says every other time, and as bytes otherwise."""

    def __init__(self, seeds: Iterable[bytes], as_bytes: Callable[[bytes, int], bytes]) -> None:
        self._as_bytes = as_bytes
        self._ways = [way for way in _WAYS if any(_fits(way[0], seed) for seed in seeds)]

    def mutate(self, octets: bytes, longest: int, seed: int) -> bytes:
        chosen = random.Random(seed)
        if self._ways and chosen.randrange(2):
            reading, writing = chosen.choice(self._ways)
            try:
                made = writing(_changed(reading(octets), chosen))
            except Exception:  # noqa: BLE001 - not of this format (any more)
                made = b""
            if 0 < len(made) <= longest:
                return made
        return self._as_bytes(octets, longest)


def _fits(reading: Callable[[bytes], Any], seed: bytes) -> bool:
    try:
        reading(seed)
    except Exception:  # noqa: BLE001 - the seed is of another format
        return False
    return True


def _changed(value: Any, chosen: random.Random) -> Any:
    """`value` with one part odd, gone, or like another part of it."""
    paths = list(_paths(value))
    if not paths:
        return chosen.choice(_ODD)
    path = chosen.choice(paths)
    parent = _part(value, path[:-1])
    kind = chosen.randrange(8)
    if kind == 0:
        del parent[path[-1]]
    elif kind < 3:
        parent[path[-1]] = copy.deepcopy(_part(value, chosen.choice(paths)))
    elif kind < 5 and isinstance(parent[path[-1]], int):
        parent[path[-1]] += chosen.choice((-1, 1, 2, 256))
    elif kind == 5 and isinstance(parent[path[-1]], list):
        parent[path[-1]] *= chosen.choice((0, 2, 9))
    else:
        parent[path[-1]] = chosen.choice(_ODD)
    return value


def as_word(text: str) -> str:
    """The text as a word of a libFuzzer dictionary."""
    return "".join(f"\\x{octet:02x}" for octet in text.encode())


def _from_json(seed: bytes) -> Any:
    value = json.loads(seed)
    if not isinstance(value, dict | list):
        raise TypeError
    return value


def _from_cbor(seed: bytes) -> Any:
    value = cbor2.loads(seed)
    if not isinstance(value, dict | list | tuple | cbor2.CBORTag):
        raise TypeError
    return value


def _from_msgpack(seed: bytes) -> Any:
    value = msgspec.msgpack.decode(seed)
    if not isinstance(value, dict | list):
        raise TypeError
    return value


_WAYS: tuple[tuple[Callable[[bytes], Any], Callable[[Any], bytes]], ...] = (
    (_from_json, lambda value: json.dumps(value).encode()),
    (_from_cbor, lambda value: cbor2.dumps(value, canonical=True)),
    (_from_msgpack, msgspec.msgpack.encode),
)


def _written(values: Iterable[Any], writing: Callable[[Any], bytes]) -> Iterator[bytes]:
    for value in values:
        try:
            yield writing(value)
        except Exception:  # noqa: BLE001 - this format has no such value
            continue


def _variants(value: Any) -> Iterator[Any]:
    """`value` with one of its parts odd, or gone."""
    yield from _ODD
    for path in list(_paths(value)):
        for odd in _ODD:
            changed = copy.deepcopy(value)
            _part(changed, path[:-1])[path[-1]] = odd
            yield changed
        changed = copy.deepcopy(value)
        del _part(changed, path[:-1])[path[-1]]
        yield changed


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    keys: Iterable[Any] = ()
    if isinstance(value, dict):
        keys = value
    elif isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield (key,)
        yield from ((key, *rest) for rest in _paths(value[key]))


def _part(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _texts(seed: bytes) -> Iterator[bytes]:
    try:
        words = re.split(r"([^\w.+-]+)", seed.decode())
    except UnicodeDecodeError:
        return
    for place in range(0, min(len(words), 60), 2):
        for odd in ODD_TEXTS:
            yield "".join([*words[:place], odd, *words[place + 1 :]]).encode()
