"""What programs read of an outcome: plain JSON, alone on standard output."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.period import Period


def as_json(value: Any) -> Any:
    """The value in what JSON has: named tuples by their fields, euros as text with two decimals, months,
    periods and days as text."""
    match value:
        case Decimal():
            return plain(value)
        case Month() | Period() | date():
            return str(value)
        case Mapping():
            return {str(key): as_json(item) for key, item in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return as_json(value._asdict())
        case str():
            return value
        case Iterable():
            return [as_json(item) for item in value]
    return value


def fields(value: object, *names: str) -> dict[str, Any]:
    """These attributes of the value, by their names."""
    return {name: getattr(value, name) for name in names}


def nonempty(**values: Any) -> dict[str, Any]:
    """Those of the values that are not empty, zero or False."""
    return {name: value for name, value in values.items() if value}


def trimmed(number: Decimal) -> str:
    """Hours or other units as text, without zeros that say nothing."""
    return format(number.normalize() + 0, "f")


def print_json(value: Any) -> None:
    """The value as JSON, alone on standard output."""
    json.dump(as_json(value), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
