"""The month as a table, the pots as thermometers: lines of text that fit the screen.

An amount is never cut short; where room lacks, names give way.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal

from rich.cells import cell_len, set_cell_size

from scharrel.core.facts import HolderKind
from scharrel.core.money import ZERO, total
from scharrel.core.trace import Summary
from scharrel.text.words import Words, visible

_ALWAYS = ("supplier", "tax", "coop", "pot", "municipality")
_OF_SUBCOOPERATIVES = ("supplier", "coop")
_BAR = 20
_LEAST_NAME = 8


def month_table(
    words: Words,
    names: Mapping[str, str],
    rows: Sequence[Summary],
    width: int,
    kind: HolderKind = "member",
    practising: Collection[str] = (),
) -> tuple[str, list[str], str]:
    """The heading, a line a member (or project, or sub-cooperative) and the line of totals, in which who is
    `practising` does not count; parties that not all rules know have a column only where they get
    something."""
    above = kind == "subcooperative"
    always = _OF_SUBCOOPERATIVES if above else _ALWAYS
    others = ("tax", "municipality", "community") if above else ("community",)
    parties = (*always, *(party for party in others if any(row.paid[party] for row in rows)))
    first, last = {
        "member": ("turnover", "keep"),
        "project": ("turnover", "shared"),
        "subcooperative": ("came-in", "reserve"),
    }[kind]
    keys = (kind, first, *("umbrella" if above and party == "coop" else party for party in parties), last)
    amounts = [(row.member, [row.pool, *(row.paid[party] for party in parties), row.keep]) for row in rows]
    shown = [(names[member], own) for member, own in amounts]
    counted = [(names[member], own) for member, own in amounts if member not in practising]
    heads = [words(f"table.{key}") for key in keys]
    found = amount_rows(heads, shown, words.amount)
    found.append(amount_rows(heads, counted, words.amount, words("table.total"))[-1])
    heading, *body, totals = columns(found, (0,), width)
    return heading, body, totals


def amount_rows(
    heads: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Decimal]]],
    written: Callable[[Decimal], str],
    totals: str = "",
) -> list[list[str]]:
    """The heading, a row for each name with its amounts as they are written, and one of the totals where
    that has a name."""
    sums = [(totals, [total(column) for column in zip(*(row for _, row in rows), strict=True)])]
    return [
        list(heads),
        *([name, *map(written, row)] for name, row in (*rows, *(sums if totals else ()))),
    ]


def before_and_after(
    words: Words, heads: Sequence[str], rows: Sequence[tuple[str, Decimal, Decimal]]
) -> list[list[str]]:
    """The heading, and for each name its amount before and after, and the difference."""
    return [
        ["", *heads],
        *([name, words.amount(was), words.amount(now), signed(words, now - was)] for name, was, now in rows),
    ]


def signed(words: Words, amount: Decimal) -> str:
    """A difference in whole cents for a column: +12,00 or -12,00."""
    return ("+" if amount > 0 else "") + words.amount(amount + ZERO)


def filled_bar(part: Decimal, whole: Decimal, encoding: str) -> str:
    """A bar that is filled for the part of the whole, in signs that the terminal has; full if there is no
    whole."""
    full, empty = ("█", "░") if encoding.startswith("utf") else ("#", "-")
    marks = int(min(max(part / whole, ZERO), Decimal(1)) * _BAR) if whole else _BAR
    return full * marks + empty * (_BAR - marks)


def thermometers(
    words: Words, names: Mapping[str, str], rows: Sequence[Summary], width: int, encoding: str
) -> list[str]:
    """For each pot with a target how full it is."""
    pots = [(visible(names[row.member]), pot) for row in rows for pot in row.pots]
    targets = [words.amount(pot.target) for _, pot in pots]
    widest = max(map(len, targets), default=0)
    lines = []
    for (name, pot), target in zip(pots, targets, strict=True):
        bar = filled_bar(pot.balance, pot.target, encoding)
        of_target = words("table.of-target", target=target.rjust(widest))
        lines.append([name, bar, words.amount(pot.balance), of_target])
    return columns(lines, (0,), width)


def columns(
    rows: Sequence[Sequence[str]], left: Sequence[int], width: int, names: Sequence[int] = ()
) -> list[str]:
    """Rows (the first is the heading) as lines in columns: those numbered in `left` begin at the left, the
    others end at the right. Where room lacks the widest of those on the left gives way, `names` before all
    others."""
    rows = [list(map(visible, row)) for row in rows]
    widths = column_widths(rows)
    while sum(widths) + len(widths) - 1 > width:
        widest = max(left, key=lambda nth: (nth in names and widths[nth] > _LEAST_NAME, widths[nth]))
        if widths[widest] <= _LEAST_NAME:
            break
        widths[widest] -= 1
    return [
        in_columns([_fitted(cell, w) for cell, w in zip(row, widths, strict=True)], widths, left)
        for row in rows
    ]


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """How many cells of a terminal each column needs."""
    return [max(map(_cells, column)) for column in zip(*rows, strict=True)]


def in_columns(row: Sequence[str], widths: Sequence[int], left: Sequence[int], gap: int = 1) -> str:
    """A row as a line, its columns so many cells wide and so far apart."""
    padded = []
    for nth, (cell, width) in enumerate(zip(row, widths, strict=True)):
        blanks = " " * (width - _cells(cell))
        padded.append(cell + blanks if nth in left else blanks + cell)
    return (" " * gap).join(padded).rstrip()


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _fitted(text: str, width: int) -> str:
    """The text in at most so many cells, with a mark where it was cut."""
    return text if _cells(text) <= width else set_cell_size(text, width - 1) + "…"
