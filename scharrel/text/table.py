"""The month as a table, the pots as thermometers."""

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from scharrel.core.money import ZERO
from scharrel.core.trace import Allocation
from scharrel.text.words import Words, visible

_PARTIES = ("supplier", "tax", "coop", "pot", "municipality", "community")
_BAR = 20


def month_table(
    words: Words, names: dict[str, str], rows: Sequence[Allocation], title: str
) -> RenderableType:
    """A row a member and the totals; the community has a column only where it gets something."""
    parties = [p for p in _PARTIES if p != "community" or any(row.paid_to(p) for row in rows)]
    table = Table(
        title=Text(visible(title)), box=None, show_footer=True, title_justify="left",
        padding=(0, 1, 0, 0), pad_edge=False, title_style="bold",
    )  # fmt: skip
    table.add_column(
        words("table.member"), words("table.total"), overflow="ellipsis", no_wrap=True, min_width=8
    )
    figures = [[row.pool, *(row.paid_to(party) for party in parties), row.keep] for row in rows]
    totals = [sum(column, ZERO) for column in zip(*figures, strict=True)]
    for key, total in zip(("turnover", *parties, "keep"), totals, strict=True):
        table.add_column(words(f"table.{key}"), words.amount(total), justify="right", no_wrap=True)
    for row, amounts in zip(rows, figures, strict=True):
        name = Text(visible(names[row.member]))
        table.add_row(name, *(words.amount(amount) for amount in amounts))
    return table


def thermometers(
    words: Words, names: dict[str, str], rows: Sequence[Allocation], console: Console
) -> RenderableType | None:
    """For each pot with a target how full it is."""
    full, empty = ("█", "░") if (console.encoding or "").startswith("utf") else ("#", "-")
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(overflow="ellipsis", no_wrap=True)
    for justify in ("left", "right", "right"):
        table.add_column(justify=justify, no_wrap=True)
    for row in rows:
        for result in row.steps:
            if result.step.party != "pot" or result.step.target is None or result.target is None:
                continue
            balance, target = row.balances.get(result.step.to or "", ZERO), result.target.value
            share = balance / target if target else Decimal(1)
            marks = int(min(max(share, ZERO), Decimal(1)) * _BAR)
            table.add_row(
                Text(visible(names[row.member])),
                full * marks + empty * (_BAR - marks),
                words.money(balance),
                words("table.of-target", target=words.money(target)),
            )
    if not table.row_count:
        return None
    return Group(Text(words("table.pots"), style="bold"), table)
