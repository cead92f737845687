"""scharrel rules check: what can be known of rules before anyone decides on them."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from scharrel.analysis.below_norm import MOST_EARNED, stability
from scharrel.analysis.finding import Example, Finding, Pattern
from scharrel.analysis.findings import findings, rounding_bound
from scharrel.analysis.in_hand import TOGETHER
from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.packs import readable_packs
from scharrel.cli.screen import console, print_text, report_problems, stop_on_errors, words
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem
from scharrel.operations.benefits import payment_times
from scharrel.operations.opening import open_books
from scharrel.text.findings import euros, example_lines, message, pattern_heading, pattern_table
from scharrel.text.grounds import sources_named
from scharrel.treasury.accounts import OWN_ROLES
from scharrel.treasury.outlook import PaymentTimes

_PACKS = typer.Argument(
    metavar=f"[{words('metavar.pack')}]...", help=words("help.rules-packs"), show_default=False
)

_UNPROVEN = frozenset({"member-loses", "parameter-gap", "bands-order", "many-kinds"})
"""With one of these nothing holds for every amount."""


def command(
    packs: Annotated[list[str] | None, _PACKS] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    books = open_books(open_coop(coop))
    stop_on_errors([p for p in books.problems if p.file == books.coop.shown(books.coop.chart)])
    found, problems = readable_packs(books, packs)
    now = Month.of(today())
    spent = books.chart.spending - OWN_ROLES
    told = payment_times(books, now)
    results = [(pack, findings(pack, now, spent, told or TOGETHER)) for pack in found]
    if as_json:
        rows = [_row(pack, finding) for pack, of_pack in results for finding in of_pack]
        bounds = {pack.id: rounding_bound(pack, now) for pack in found}
        norms = {pack.id: _norm_row(pack, told) for pack in found if pack.kind == "member"}
        print_json(
            {
                "findings": [*map(_problem_row, problems), *rows],
                "rounding_cents": bounds,
                "below_norm": norms,
            }
        )
    else:
        report_problems(problems)
        for pack, of_pack in results:
            _print(pack, of_pack, rounding_bound(pack, now), told)
    wrong = [f for _, of_pack in results for f in of_pack if f.severity == "error" and not f.accepted]
    if wrong or any(not problem.warning for problem in problems):
        raise SystemExit(1)


def _row(pack: Pack, finding: Finding) -> dict[str, Any]:
    def amount(value: Fraction | None) -> Decimal | None:
        return None if value is None else euros(value)

    example = finding.example
    return {
        "pack": pack.id,
        **fields(finding, "code", "severity", "step"),
        "from": amount(finding.start),
        "to": amount(finding.end),
        "loss": amount(finding.loss or None),
        "message": message(words, pack, finding),
        "example": example
        and [
            {
                "month": less.month,
                "turnover": [amount(less.turnover), amount(more.turnover)],
                "keep": [amount(less.keep), amount(more.keep)],
            }
            for less, more in zip(example.less, example.more, strict=True)
        ],
        "pattern": finding.pattern and _months(finding.pattern),
        "worst": finding.worst and _months(finding.worst),
        "accepted": finding.accepted and finding.accepted.reason,
    }


def _months(pattern: Pattern) -> list[dict[str, Any]]:
    return [
        {
            "month": hand.month,
            "turnover": earned,
            "paid_out": hand.own,
            "benefit": hand.benefit,
            "norm": hand.least,
            "missing": hand.missing,
        }
        for earned, hand in pattern.months
    ]


def _norm_row(pack: Pack, told: PaymentTimes | None) -> dict[str, Any]:
    """How it is known whether anyone gets below the norm: up to how much a month, if that was searched, and
    whether the register says when money comes."""
    proof = stability(pack, told or TOGETHER)
    return {
        "known": proof,
        "up_to": MOST_EARNED if proof in ("corners", "searched") else None,
        "times": "register" if told else "assumed",
    }


def _problem_row(problem: Problem) -> dict[str, Any]:
    """A mistake in the file of a pack, reported like what is found in one that can be read."""
    return {
        "pack": Path(problem.file).stem,
        "code": problem.code,
        "severity": "warning" if problem.warning else "error",
        "step": "",
        "from": None,
        "to": None,
        "message": words.problem(problem),
        **fields(problem, "file", "line"),
    }


def _print(pack: Pack, found: list[Finding], cents: int, told: PaymentTimes | None) -> None:
    screen = console()
    print_text(screen, words("finding.title", title=pack.title, pack=pack.id), style="bold")
    shown: list[Example | None] = [None]
    for finding in found:
        mark = words("finding.accepted" if finding.accepted else f"finding.{finding.severity}")
        print_text(screen, f"{mark}: {message(words, pack, finding)} [{finding.code}]", "  ")
        if finding.example and finding.example not in shown:
            shown.append(finding.example)
            for line in example_lines(words, finding.example):
                print_text(screen, line, "      ")
        if finding.pattern:
            print_text(screen, pattern_heading(words, finding.pattern), "      ")
            for line in pattern_table(words, finding.pattern, screen.width - 6):
                screen.print(f"      {line}", highlight=False, markup=False)
        if finding.accepted:
            print_text(screen, words("finding.reason", reason=finding.accepted.reason), "      ")
            for line in sources_named(words, pack, [finding.accepted.source]):
                print_text(screen, line, "      ")
    if not {finding.code for finding in found} & _UNPROVEN:
        bound = words("finding.rounding", count=cents) if cents else ""
        print_text(screen, f"{words('finding.sound')} {bound}".rstrip(), "  ")
    if pack.kind == "member":
        proof = stability(pack, told or TOGETHER)
        if not any(finding.code == "below-norm" for finding in found):
            print_text(screen, words(f"finding.norm.{proof}", most=words.money(MOST_EARNED)), "  ")
        if told is None and proof in ("same-month", "corners", "searched"):
            print_text(screen, words("finding.norm.assumed"), "  ")
