"""The month as a table, the pots as thermometers: lines of text that fit the screen.

An amount is never cut short; where room lacks, names give way.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from rich.cells import cell_len, set_cell_size

from scharrel.core.facts import Kind
from scharrel.core.money import ZERO
from scharrel.core.trace import Summary
from scharrel.text.words import Words, visible

_ALWAYS = ("supplier", "tax", "coop", "pot", "municipality")
_OF_SUBCOOPERATIVES = ("supplier", "coop")
_BAR = 20
_LEAST_NAME = 8


def month_table(
    words: Words, names: Mapping[str, str], rows: Sequence[Summary], width: int, kind: Kind = "member"
) -> tuple[str, list[str], str]:
    """The heading, a line a member (or project, or sub-cooperative) and the line of totals; parties that not
    all rules know have a column only where they get something."""
    above = kind == "subcooperative"
    always = _OF_SUBCOOPERATIVES if above else _ALWAYS
    others = ("tax", "municipality", "community") if above else ("community",)
    parties = (*always, *(party for party in others if any(row.paid[party] for row in rows)))
    figures = [[row.pool, *(row.paid[party] for party in parties), row.keep] for row in rows]
    totals = [sum(column, ZERO) for column in zip(*figures, strict=True)]
    first, last = {
        "member": ("turnover", "keep"),
        "project": ("turnover", "shared"),
        "subcooperative": ("came-in", "reserve"),
    }[kind]
    keys = (kind, first, *("umbrella" if above and party == "coop" else party for party in parties), last)
    lines = [
        [words(f"table.{key}") for key in keys],
        [words("table.total"), *map(words.amount, totals)],
        *(
            [visible(names[row.member]), *map(words.amount, line)]
            for row, line in zip(rows, figures, strict=True)
        ),
    ]
    heading, total, *body = aligned(lines, width)
    return heading, body, total


def aligned(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Rows as lines of one width: the name first, the other cells to the right of their columns."""
    names, *columns = zip(*rows, strict=True)
    widths = [max(map(len, column)) for column in columns]
    room = width - sum(widths) - len(widths)
    name_width = min(max(map(cell_len, names)), max(room, _LEAST_NAME))
    return [
        " ".join([_fitted(name, name_width), *(cell.rjust(w) for cell, w in zip(cells, widths, strict=True))])
        for name, *cells in rows
    ]


def signed(words: Words, amount: Decimal) -> str:
    """A difference in whole cents for a column: +12,00 or -12,00."""
    return ("+" if amount > 0 else "") + words.amount(amount + ZERO)


def thermometers(
    words: Words, names: Mapping[str, str], rows: Sequence[Summary], width: int, encoding: str
) -> Iterator[str]:
    """For each pot with a target how full it is."""
    full, empty = ("█", "░") if encoding.startswith("utf") else ("#", "-")
    pots = [(visible(names[row.member]), pot) for row in rows for pot in row.pots]
    texts = [(words.amount(pot.balance), words.amount(pot.target)) for _, pot in pots]
    balance_width, target_width = (max((len(pair[n]) for pair in texts), default=0) for n in (0, 1))
    of = words("table.of-target", target="")
    room = width - _BAR - balance_width - target_width - len(of) - 3
    name_width = min(max((cell_len(name) for name, _ in pots), default=0), max(room, _LEAST_NAME))
    for (name, pot), (balance, target) in zip(pots, texts, strict=True):
        share = pot.balance / pot.target if pot.target else Decimal(1)
        marks = int(min(max(share, ZERO), Decimal(1)) * _BAR)
        bar = full * marks + empty * (_BAR - marks)
        of_target = words("table.of-target", target=target.rjust(target_width))
        yield f"{_fitted(name, name_width)} {bar} {balance.rjust(balance_width)} {of_target}"


def columns(rows: Sequence[Sequence[str]], left: Sequence[int], width: int) -> list[str]:
    """Rows (the first is the heading) as lines in columns: those numbered in `left` begin at the left, the
    others end at the right. Where room lacks the widest of those on the left gives way."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + len(widths) - 1 > width:
        widest = max(left, key=lambda nth: widths[nth])
        if widths[widest] <= _LEAST_NAME:
            break
        widths[widest] -= 1
    return [
        " ".join(
            _fitted(cell, widths[nth]) if nth in left else " " * (widths[nth] - cell_len(cell)) + cell
            for nth, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]


def _fitted(name: str, width: int) -> str:
    """The name in exactly so many cells, with a mark where it was cut."""
    return set_cell_size(name, width) if cell_len(name) <= width else set_cell_size(name, width - 1) + "…"
