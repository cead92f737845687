"""Whether something read from JSON has the shape that it was written with."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any, cast

from scharrel.core.month import Month

_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")

Shape = Any
"""A test of one value; `[shape]`, a list of such; `{"": shape}`, a table of such; `(shape, …)`, a list of
just these."""


def fitting(shape: Shape) -> Callable[[Any], bool]:
    """The test whether a value has the shape, in every part."""
    if isinstance(shape, list):
        item = fitting(shape[0])
        return lambda value: isinstance(value, list) and all(map(item, value))
    if isinstance(shape, dict):
        item = fitting(shape[""])
        return lambda value: (
            isinstance(value, dict) and all(map(text, value)) and all(map(item, value.values()))
        )
    if isinstance(shape, tuple):
        parts = list(map(fitting, shape))
        return lambda value: (
            isinstance(value, list)
            and len(value) == len(parts)
            and all(part(each) for part, each in zip(parts, value, strict=True))
        )
    return cast(Callable[[Any], bool], shape)


def text(value: Any) -> bool:
    """Text that can be written."""
    if not isinstance(value, str):
        return False
    with suppress(UnicodeEncodeError):
        return value.isascii() or value.encode() is not None
    return False


def amount(value: Any) -> bool:
    """A number as text, as large as amounts are."""
    return isinstance(value, str) and bool(_AMOUNT.fullmatch(value))


def line(value: Any) -> bool:
    """The number of a line."""
    return type(value) is int and 0 < value < 10**9


def line_text(value: Any) -> bool:
    """The same as text."""
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10


def truth(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def day(value: Any) -> bool:
    """A date as text."""
    return _reads(date.fromisoformat, value) and len(value) == 10


def month(value: Any) -> bool:
    """A month as text."""
    return _reads(Month.parse, value)


def _reads(read: Callable[[str], object], value: Any) -> bool:
    with suppress(ValueError):
        return isinstance(value, str) and bool(read(value))
    return False
