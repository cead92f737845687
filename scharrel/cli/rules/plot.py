"""scharrel rules plot: what a member keeps under rules, drawn exactly."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.text import Text

from scharrel.analysis.breakpoints import Curve, curve
from scharrel.analysis.kinds import BORN
from scharrel.analysis.supposed import age, supposed
from scharrel.cli.arguments import fail_without_month, group_of, open_coop, read_amount, read_month, today
from scharrel.cli.facts import read_facts
from scharrel.cli.options import COOP
from scharrel.cli.packs import named_pack
from scharrel.cli.screen import console, fail, path_shown, print_text, stop_on_errors, words
from scharrel.core.facts import MonthFacts, facts_of
from scharrel.core.month import Month, months
from scharrel.core.pack import Facts, NoValueError, Pack
from scharrel.core.pots import with_approvals
from scharrel.core.state import State
from scharrel.ledger.books import Books
from scharrel.operations.divide import divide_group
from scharrel.operations.opening import open_books
from scharrel.operations.statement_data import standing
from scharrel.plot.curve import GraphKind, default_end, graph
from scharrel.plot.drawing import beyond, plot_sheet_view, whole_drawing
from scharrel.plot.terminal import CurveText, chart, line_sample, signs_for, without_euro_signs
from scharrel.text.breakpoints import NamedCurve, Supposed, lead, name_curves, piece_sentences, uncounted

MOST_CURVES = 6
_LEAST_TO, _MOST_TO = 1, 1_000_000
_HEIGHTS: Mapping[GraphKind, int] = {"kept": 14, "next": 6}
_NARROWEST, _WIDEST = 40, 100
_COLORS = ("cyan", "red", "magenta", "yellow", "blue", "green")

_PACKS = typer.Argument(metavar=words("metavar.pack"), help=words("help.plot-packs"))
_TO = typer.Option("--to", metavar="EUR", help=words("help.plot-to"))
_MONTH = typer.Option("--month", metavar=words("metavar.month"), help=words("help.plot-month"))
_COSTS = typer.Option("--costs", metavar="EUR", help=words("help.plot-costs"))
_FACT = typer.Option("--fact", metavar=words("metavar.key-value"), help=words("help.plot-fact"))
_MEMBER = typer.Option("--member", metavar="ID", help=words("help.plot-member"))
_OUT = typer.Option("--out", metavar=words("metavar.file"), help=words("help.plot-out"))


class _Asked(NamedTuple):
    """A pack as the command line calls it, and the month of its rules."""

    name: str
    pack: Pack
    month: Month


def command(
    packs: Annotated[list[str], _PACKS],
    to: Annotated[str | None, _TO] = None,
    month: Annotated[str | None, _MONTH] = None,
    costs: Annotated[str | None, _COSTS] = None,
    fact: Annotated[list[str] | None, _FACT] = None,
    member: Annotated[str | None, _MEMBER] = None,
    out: Annotated[Path | None, _OUT] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    end = _end(to)
    if out is not None and out.suffix.lower() not in (".svg", ".pdf"):
        fail(words("plot.out", path=str(out)), status=2)
    usual = read_month(month) if month else None
    books = open_books(open_coop(coop))
    asked = [_asked(books, name, usual) for name in dict.fromkeys(packs)]
    if len(asked) > MOST_CURVES:
        fail(words("plot.too-many", most=MOST_CURVES), status=2)
    given = [*(fact or ()), *([f"costs={costs}"] if costs is not None else ())]
    facts, booked = read_facts([one.pack for one in asked], given)
    supposed, curves = (
        _of_member(books, member, asked, facts, booked)
        if member is not None
        else _suppose(asked, facts, booked)
    )
    some = name_curves(words, [(one.name, found) for one, found in zip(asked, curves, strict=True)])
    end = end or default_end(curves)
    if out is None:
        _show(some, supposed, end)
    else:
        _write(books, some, supposed, end, out)


def _end(to: str | None) -> Fraction | None:
    if to is None:
        return None
    end = read_amount(to)
    if not _LEAST_TO <= end <= _MOST_TO:
        fail(words("plot.to", text=to), status=2)
    return Fraction(end)


def _asked(books: Books, name: str, usual: Month | None) -> _Asked:
    """The pack of this name, with the month after an @ if there is one."""
    before, at, month = name.rpartition("@")
    dated = bool(at) and not name.endswith(".toml")
    asked = read_month(month) if dated else usual
    pack = named_pack(books, before if dated else name)
    if asked and not pack.holds_in(asked):
        fail(words("plot.not-then", pack=pack.id, month=words.month(asked)), status=2)
    if pack.collective:
        fail(words("plot.shared", pack=pack.id), status=2)
    return _Asked(before if dated else name, pack, asked or pack.nearest(Month.of(today())))


def _suppose(
    asked: Sequence[_Asked], facts: Facts, booked: Mapping[str, Decimal]
) -> tuple[Supposed, list[Curve]]:
    """The curves of a member who is new and for whom as much as possible holds."""
    packs = [one.pack for one in asked]
    everything = {**supposed(packs, min(one.month for one in asked)), **facts}
    assumed = {fact: value for fact, value in everything.items() if fact != BORN or fact in facts}
    curves = [_curve(one, MonthFacts(one.month, everything, booked, {}), State.new()) for one in asked]
    return Supposed(assumed, age(packs)), curves


def _of_member(
    books: Books, member: str, asked: Sequence[_Asked], facts: Facts, booked: Mapping[str, Decimal]
) -> tuple[Supposed, list[Curve]]:
    """The curves of a real member, as they stand when the month begins."""
    group = group_of(books, member)
    who = books.holders[member]
    outcome = divide_group(books, group, max(one.month for one in asked), today(), sealed=False)
    stop_on_errors(outcome.problems)
    curves = []
    for one in asked:
        if not who.active(one.month):
            fail_without_month(who, one.month)
        ledger = outcome.ledgers[member]
        under = dict.fromkeys(months(who.first, one.month), one.pack)
        amounts, _ = with_approvals(who, under.get, ledger.counted, ledger.amounts)
        month = facts_of(who, amounts, one.month)
        own = month._replace(
            facts={**month.facts, **facts},
            roles={**month.roles, **booked},
            approved={**(month.approved or {}), **booked},
        )
        curves.append(_curve(one, own, standing(books, group, outcome, one.month)[member]))
    return Supposed(facts, name=who.name), curves


def _curve(asked: _Asked, facts: MonthFacts, before: State) -> Curve:
    try:
        return curve(asked.pack, facts, before)
    except NoValueError as missing:
        values = {"pack": asked.pack.id, "month": words.month(asked.month), "param": missing.param.id}
        if missing.fact is None:
            fail(words("plot.no-value", **values), status=2)
        fail(words("plot.no-case", fact=missing.param.by, value=missing.fact, **values), status=2)


def _show(some: Sequence[NamedCurve], supposed: Supposed, end: Fraction) -> None:
    screen = console()
    how = signs_for(screen.encoding)
    letters = [one.letter for one in some]
    width = max(min(screen.width, _WIDEST), _NARROWEST)
    for nth, one in enumerate(some):
        key = [*line_sample(nth, one.letter, how), CurveText(" ")] if one.letter else []
        _line(screen, [*key, CurveText(one.full)])
    for kind, height in _HEIGHTS.items():
        screen.print()
        print_text(screen, words(f"plot.axis.{kind}"), style="bold")
        for line in chart(words, graph([one.curve for one in some], end, kind), letters, width, height, how):
            _line(screen, line)
        screen.print(words("plot.axis.along").rjust(width), soft_wrap=True)
    for one in some:
        screen.print()
        print_text(screen, one.full, style="bold")
        for where, what in piece_sentences(words, one.curve):
            print_text(screen, without_euro_signs(f"{where}: {what}", how), "  ")
    screen.print()
    for text in (*lead(words, some, supposed), *beyond(words, some, end)):
        print_text(screen, without_euro_signs(text, how))
    if missing := uncounted(some):
        print_text(screen, words("plot.how", role=missing[0]))


def _line(screen: Console, spans: Sequence[CurveText]) -> None:
    styled = [(span.text, "" if span.curve is None else _COLORS[span.curve]) for span in spans]
    screen.print(Text.assemble(*styled), soft_wrap=True)


def _write(books: Books, some: Sequence[NamedCurve], supposed: Supposed, end: Fraction, out: Path) -> None:
    # What makes documents takes long to load, and the terminal needs none of it.
    from scharrel.cli.writing import writing_in
    from scharrel.statements.documents import BrokenTemplateError
    from scharrel.statements.making import Order, plot_drawing, plot_sheet
    from scharrel.statements.pdf import typesetters_world
    from scharrel.store.durable import write_bytes

    month = some[0].curve.month
    with writing_in(books.coop, "rules plot", alone=False), typesetters_world() as world:
        order = Order(month, ("plot",), "pdf", words.lang, frozenset(), today(), books.coop.templates, world)
        try:
            if out.suffix.lower() == ".pdf":
                made = plot_sheet(order, plot_sheet_view(words, books.title, some, supposed, end))
            else:
                made = plot_drawing(order, whole_drawing(words, some, supposed, end))
        except BrokenTemplateError as broken:
            stop_on_errors([broken.problem])
            raise
        write_bytes(out, made)
    print_text(console(), words("plot.done", path=path_shown(out)))
