"""scharrel explain: why a month came out as it did."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.arguments import fail_without_month, group_of, open_coop, read_month, today
from scharrel.cli.as_json import fields, nonempty, print_json
from scharrel.cli.explain_own import explain_own
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, fail, print_point, print_text, stop_on_errors, with_near, words
from scharrel.core.corrections import Correction
from scharrel.core.facts import Holder, Movement
from scharrel.core.grants import counts_apart
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.pack import Source
from scharrel.core.pots import Drawn, drawn, packs_of, withdrawals
from scharrel.core.trace import Allocation, StepResult
from scharrel.text.corrections import because, correction_label
from scharrel.text.grounds import grounds, notices
from scharrel.text.periods import provisional_of_step
from scharrel.text.pots import approved, spendable
from scharrel.text.pots import taken as taken_out
from scharrel.text.sentences import closing, label, opening, own_costs, sentences
from scharrel.text.words import visible
from scharrel.treasury.received import unpaid_sales

if TYPE_CHECKING:
    from scharrel.ledger.books import Books
    from scharrel.ledger.ledger import Ledger

_MEMBER = typer.Argument(metavar=words("metavar.member"), help=words("help.explain-member"))
_MONTH = typer.Argument(metavar=words("metavar.month"), help=words("help.explain-month"))
_STEP = typer.Argument(
    metavar=f"[{words('metavar.step')}]", help=words("help.explain-step"), show_default=False
)

_ALL = typer.Option("--all", help=words("help.explain-all"))

_QUIET = frozenset({"condition", "pool-empty"})
"""Why a step paid nothing that is no news to anyone."""


def command(
    member: Annotated[str, _MEMBER],
    month: Annotated[str, _MONTH],
    step: Annotated[str | None, _STEP] = None,
    everything: Annotated[bool, _ALL] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.divide import divide_group
    from scharrel.operations.opening import open_books

    asked = read_month(month)
    books = open_books(open_coop(coop))
    if member == COOP_ID:
        explain_own(books, asked, step, as_json=as_json)
        return
    group = group_of(books, member)
    outcome = divide_group(books, group, asked, today())
    stop_on_errors(outcome.problems)
    who = books.holders[member]
    own = [a for a in outcome.allocations if a.member == member]
    by_month = outcome.corrected(member, books.first_open)
    corrected = by_month.get(asked, [])
    if not own or (own[-1].month != asked and not corrected):
        fail_without_month(who, asked)
    found = own[-1] if own[-1].month == asked else own[-1].after(asked)
    # Who left may ask for what was put right since.
    explained = [result.step for result in found.steps] or list(found.pack.steps)
    named = [(s.id, (s.id, label(words, s))) for s in explained]
    asked_for = [s for s, names in named if step is None or step.casefold() in map(str.casefold, names)]
    steps = [r for r in found.steps if r.step.id in asked_for]
    if not asked_for:
        names = ", ".join(f"{step_id} ({name})" for step_id, (_, name) in named)
        message = words("error.no-step", month=words.month(asked), step=step, steps=names)
        called = {name: step_id for step_id, names in named for name in names}
        called |= {s.to.rpartition(":")[2]: s.id for s in explained if s.to}
        fail(with_near(message, called.get(nearest(step or "", called), "")), status=2)
    step = step and asked_for[0]
    bookings = _bookings(books, outcome.ledgers[member], asked)
    if who.project:
        _add_work(bookings, books, outcome.ledgers, who, asked)
    taken = [
        w
        for w in withdrawals(who, own, outcome.ledgers[member].movements)
        if Month.of(w.movement.day) == asked
    ]
    costs = [
        cost
        for cost in drawn(who, packs_of(who, books.packs), outcome.ledgers[member].counted)
        if not cost.withdrawal and cost.movement.counts == asked
    ]
    if as_json:
        print_json(_trace(found, steps, bookings, corrected, taken))
        return
    title = words("explain.title", name=who.name, month=words.month(asked), pack=found.pack.title)
    heads = notices(words, who, [found.pack])
    if found.steps:
        waiting = _waiting(outcome.ledgers[member], asked)
        short = step is None and not everything
        shown = _bookings(books, outcome.ledgers[member], asked, only_paid=True) if short else bookings
        came_in = [booking for role in found.pack.pool for booking in shown.get(role, [])]
        _show(
            title, found, steps, bookings, came_in, waiting, [*taken, *costs], heads, whole=step is None,
            short=short,
        )  # fmt: skip
    else:
        print_text(console(), title, style="bold")
        print_text(console(), words("explain.left", name=who.name))
    heading = words("explain.corrections", month=words.month(asked))
    _show_corrections(heading, [c for c in corrected if step in (None, c.step)], books)
    for booked_in, found_then in sorted(by_month.items()):
        heading = words("explain.corrected-later", month=words.month(asked), later=words.month(booked_in))
        about = [c for c in found_then if c.of == asked and step in (None, c.step)]
        _show_corrections(heading, about, books)


def _trace(
    allocation: Allocation,
    steps: list[StepResult],
    bookings: dict[str, list[tuple[str, str]]],
    corrected: list[Correction],
    withdrawn: list[Drawn],
) -> dict[str, Any]:
    """The whole trace as JSON; what is not yet rounded to the cent, exactly."""
    return {
        **fields(allocation, "member", "month"),
        "pack": allocation.pack.id,
        "pack_hash": allocation.pack.hash,
        **fields(allocation, "came_in", "carried", "pool"),
        **nonempty(provisional=allocation.provisional and allocation.period),
        "keep": allocation.keep,
        **nonempty(
            left_open=[  # a loss, or by step what was still to be paid or to come back
                {"step": left.step and left.step.id, "role": left.role or None, "amount": left.amount}
                for left in allocation.left_open
            ]
        ),
        "balances": allocation.balances,
        "steps": [
            {
                **fields(result.step, "id", "party", "to"),
                **fields(result, "paid", "left_before"),
                "wanted": str(result.wanted),
                **fields(result, "waiting", "shortfall", "own", "base"),
                "figure": result.figure and str(result.figure.value),
                "param": result.figure and result.figure.param,
                "since": result.figure and result.figure.since,
                "why": result.why,
                "limits": [
                    {
                        "code": limit.code,
                        "before": str(limit.before),
                        "after": str(limit.after),
                        "limit": limit.figure and str(limit.figure.value),
                        "used": str(limit.used),
                    }
                    for limit in result.limits
                ],
                **_source(allocation.pack.sources[result.step.source]),
                "bookings": [path for path, _ in bookings.get(result.step.role or "", [])],
            }
            for result in steps
        ],
        "corrections": [
            {
                **fields(correction, "of", "pack", "step", "account", "was", "becomes"),
                "because": [change.shown for change in correction.because],
            }
            for correction in corrected
        ],
        "withdrawals": [
            {
                "account": w.movement.account,
                "date": w.movement.day,
                "amount": -w.movement.amount,
                "purpose": w.movement.purpose or None,
                "reason": w.movement.reason or None,
                "approvals": [{"date": a.day, "what": a.what, "by": a.by or None} for a in w.approvals],
            }
            for w in withdrawn
        ],
    }


def _source(source: Source) -> dict[str, Any]:
    if source.example:
        return {"source": None, "source_date": None, "source_item": None}
    return {"source": source.ref, "source_date": source.day, "source_item": source.item}


def _bookings(
    books: Any, ledger: Any, month: Month, *, only_paid: bool = False
) -> dict[str, list[tuple[str, str]]]:
    """The bookings that count in the month, or only those that do because a customer paid then, by role:
    `file:line` and what they say."""
    found: dict[str, list[tuple[str, str]]] = {}
    for movement in ledger.counted:
        role = books.chart.role(movement.account)
        paid_later = movement.paid and movement.earned
        if role and movement.counts == month and not counts_apart(movement) and (paid_later or not only_paid):
            found.setdefault(role, []).append(_booking(ledger, movement, visible(movement.text)))
    return found


def _waiting(ledger: "Ledger", month: Month) -> list[tuple[str, str]]:
    """What was sold in the month and counts later, as far as it is not paid by then."""
    sales = unpaid_sales(ledger.on_account, ledger.paid, month)
    return [_booking(ledger, sale, visible(sale.text)) for sale in sales]


def _booking(ledger: Any, movement: Movement, text: str) -> tuple[str, str]:
    """Where a booking stands, and what it says."""
    amount = (
        words.money(movement.amount)
        if movement.currency == "EUR"
        else f"{words.number(movement.amount)} {movement.currency}"
    )
    late = ""
    if movement.paid and movement.earned:
        paid, of = map(words.money, movement.paid)
        late = f" ({words('explain.paid', paid=paid, of=of, day=words.day(movement.earned))})"
    elif movement.earned:
        late = f" ({words('explain.earned', month=words.month(movement.counts))})"
    return ledger.text.where(movement.line), f"{words.day(movement.day)}  {amount}  {text}{late}"


def _add_work(
    bookings: dict[str, list[tuple[str, str]]], books: Any, ledgers: Any, project: Holder, month: Month
) -> None:
    """What those who take part booked for the project, in their own ledgers."""
    for participant in project.taking_part(month):
        ledger = ledgers[participant.id]
        for movement in ledger.movements:
            role = books.chart.role(movement.account)
            if role and movement.project == project.id and movement.counts == month:
                text = f"{visible(books.holders[participant.id].name)} · {visible(movement.text)}"
                bookings.setdefault(role, []).append(_booking(ledger, movement, text))


def _show(
    title: str,
    allocation: Allocation,
    steps: list[StepResult],
    bookings: dict[str, list[tuple[str, str]]],
    came_in: list[tuple[str, str]],
    waiting: list[tuple[str, str]],
    drawn_on: list[Drawn],
    notices: list[str],
    *,
    whole: bool,
    short: bool,
) -> None:
    """All of it; if `short` without sources and the bookings of each step, and without the steps of which
    there is nothing to tell."""
    screen = console()
    print_text(screen, title, style="bold")
    for notice in notices:
        print_text(screen, notice)
    if whole:
        for sentence in opening(words, allocation):
            print_text(screen, sentence)
        _list(screen, came_in)
        if waiting:
            print_text(screen, words("explain.not-paid"))
            _list(screen, waiting)
    quiet = [r for r in steps if short and not (r.paid or r.shortfall) and _QUIET.issuperset(r.why)]
    shown = [result for result in steps if result not in quiet]
    for number, result in enumerate(steps, 1):
        if result in quiet:
            continue
        if not short or result is shown[0]:
            screen.print()
        heading = f"{number}. {label(words, result.step)}: {words.money(result.paid)}"
        print_text(screen, heading, style="bold")
        said = [
            *sentences(words, result, allocation.pack, last=allocation.last),
            *provisional_of_step(words, allocation, result),
        ]
        as_booked = result.step.kind == "input" and result.paid == result.wanted and not result.written
        if not (short and as_booked and len(said) == 1):  # else the heading says as much
            for sentence in said:
                print_text(screen, sentence, "   ")
        sentence = spendable(words, allocation.pack.purposes(result.step.to or ""))
        if sentence and not short:
            print_text(screen, sentence, "   ")
        if result.step.party == "pot":
            for withdrawal in (w for w in drawn_on if w.withdrawal and w.movement.account == result.step.to):
                print_text(screen, taken_out(words, withdrawal), "   ")
        for cost in (c for c in drawn_on if not c.withdrawal and c.movement.role == result.step.role):
            for sentence in approved(words, cost):
                print_text(screen, sentence, "   ")
        if short:
            continue
        for sentence in grounds(words, result, allocation.pack):
            print_text(screen, sentence, "   ", style="dim")
        if result.step.role:
            _list(screen, bookings.get(result.step.role, []))
    if quiet and shown:
        names = ", ".join(label(words, result.step) for result in quiet)
        print_text(screen, words("explain.quiet", steps=names), hang="   ")
    if whole:
        screen.print()
        print_text(screen, closing(words, allocation), style="bold")
        for sentence in own_costs(words, allocation):
            print_text(screen, sentence)
    if short:
        command = f"scharrel explain {allocation.member} {allocation.month} --all"
        print_text(screen, words("explain.more", command=command), style="dim")


def _show_corrections(heading: str, corrected: list[Correction], books: "Books") -> None:
    if not corrected:
        return
    screen = console()
    screen.print()
    screen.print(heading, style="bold", soft_wrap=True)
    for c in corrected:
        sentence = words(
            "explain.correction",
            step=correction_label(words, books.packs, books.holders, c),
            of=words.month(c.of),
            was=words.money(c.was),
            becomes=words.money(c.becomes),
            difference=words.money(c.difference),
        )
        print_text(screen, sentence, indent="   ", hang="  ")
        if bookings := because(words, c):
            sentence = words("changes.because", bookings=bookings)
            print_text(screen, sentence, indent="     ", hang="  ", style="dim")


def _list(screen: Any, bookings: list[tuple[str, str]]) -> None:
    for path, text in bookings:
        print_point(screen, text, path)
