"""A balance by day as a line of characters."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from scharrel.core.money import ZERO
from scharrel.plot.terminal import Signs
from scharrel.text.words import Words

_FLAT, _STEEP, _ZERO = "─", "│", "·"
_UP, _DOWN = ("┘", "┌"), ("┐", "└")
"""What a step leaves behind and where it ends."""
_PLAIN = {_FLAT: "-", _STEEP: "|", _ZERO: ".", **dict.fromkeys((*_UP, *_DOWN), "+")}


def days_chart(
    words: Words, balances: Mapping[date, Decimal], width: int, height: int, how: Signs
) -> list[str]:
    """Lines of text of at most this width: euros beside them, and below them where months begin. Of days that
    share a column the lowest counts; dots are where there is nothing."""
    days = sorted(balances)
    low, high = (f([ZERO, *balances.values()]) for f in (min, max))
    high = high if high > low else low + 1
    at = {high: 0, ZERO: _row(ZERO, low, high, height), low: height - 1}
    beside = {row: words.amount(amount) for amount, row in at.items()}
    margin = max(map(len, beside.values()))
    columns = width - margin - 2
    values = [min(balances[day] for day in some) for some in _shared(days, columns)]
    canvas = [[_ZERO if row == at[ZERO] else " "] * columns for row in range(height)]
    before = _row(values[0], low, high, height)
    for column, value in enumerate(values):
        row = _row(value, low, high, height)
        for between in range(min(row, before), max(row, before)):
            canvas[between][column] = _STEEP
        leaves, ends = (_FLAT, _FLAT) if row == before else _UP if row < before else _DOWN
        canvas[before][column], canvas[row][column] = leaves, ends
        before = row
    lines = [
        f"{beside.get(row, ''):>{margin}} {how.mark if row in beside else how.side}" + "".join(signs)
        for row, signs in enumerate(canvas)
    ]
    shown = lines if how.down > 1 else ["".join(_PLAIN.get(s, s) for s in line) for line in lines]
    return [line.rstrip() for line in [*shown, " " * (margin + 2) + _months(words, days, columns)]]


def _row(value: Decimal, low: Decimal, high: Decimal, height: int) -> int:
    return int(((high - value) * (height - 1) / (high - low)).to_integral_value())


def _shared(days: Sequence[date], columns: int) -> list[Sequence[date]]:
    """The days of each column."""
    count = len(days)
    starts = [column * count // columns for column in range(columns)]
    return [days[start : max(start + 1, (nth + 1) * count // columns)] for nth, start in enumerate(starts)]


def _months(words: Words, days: Sequence[date], columns: int) -> str:
    """The short name of each month where it begins."""
    line = " " * columns
    for nth, day in sorted(enumerate(days), key=lambda each: each[1].day != 1):
        column, name = nth * columns // len(days), words.short_month(day)
        end = column + len(name)
        if (day.day == 1 or nth == 0) and end <= columns and not line[column : end + 1].strip():
            line = line[:column] + name + line[end:]
    return line
