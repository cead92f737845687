"""What is settled in one go: a quarter or a year."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, Self

from scharrel.core.month import Month, months

Span = Literal["month", "quarter", "year"]
SPANS: tuple[Span, ...] = ("month", "quarter", "year")

_WRITTEN = re.compile("(20[0-9]{2})(?:-Q([1-4]))?")


class Period(NamedTuple):
    """The months from the first to the last, both included; periods compare in order of time."""

    first: Month
    last: Month

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026` or `2026-Q3`; a ValueError for anything else."""
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise ValueError(text)
        year, quarter = found.groups()
        return cls.of("quarter" if quarter else "year", Month(int(year), int(quarter or 1) * 3))

    @classmethod
    def of(cls, span: Span, month: Month) -> Self:
        """The month itself, or the quarter or year that holds it."""
        length = {"month": 1, "quarter": 3, "year": 12}[span]
        first = (month.number - 1) // length * length + 1
        return cls(Month(month.year, first), Month(month.year, first + length - 1))

    @property
    def span(self) -> Span:
        return {0: SPANS[0], 2: SPANS[1]}.get(self.last.since(self.first), SPANS[2])

    def covers(self, month: Month) -> bool:
        return self.first <= month <= self.last

    def months(self) -> Iterator[Month]:
        return months(self.first, self.last)

    def __str__(self) -> str:
        if self.span == "month":
            return str(self.last)
        year = f"{self.first.year:04}"
        return year if self.span == "year" else f"{year}-Q{self.last.number // 3}"
