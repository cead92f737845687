"""Calendar months: the period in which income counts and everything is divided."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, Self


class Month(NamedTuple):
    """A month of a year; months compare in order of time."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that holds the day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-10`; a ValueError for anything else."""
        if len(text) != 7:
            raise ValueError(text)
        return cls.of(date.fromisoformat(text + "-01"))

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> "Month":
        """The month so many later, or earlier when negative."""
        year, zero_based = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, zero_based + 1)

    def since(self, earlier: "Month") -> int:
        """How many months this one lies after the earlier one."""
        return (self.year - earlier.year) * 12 + self.number - earlier.number

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def months(first: Month, last: Month) -> Iterator[Month]:
    """Every month from the first to the last, both included; none if the last is earlier."""
    month = first
    while month <= last:
        yield month
        month = month.plus(1)
