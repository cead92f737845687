"""What is wrong in a cooperative's files, as values: a place, a code and what the message needs."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Problem(NamedTuple):
    """One problem. `file` is relative to the cooperative's folder, `line` counts from 1.

    The text is looked up by `code` in the message catalogue; `excerpt` is the offending line.
    A warning leaves the exit status at 0.
    """

    file: str
    line: int
    code: str
    values: Mapping[str, str] = {}
    warning: bool = False
    excerpt: str = ""


CHART = "ledgers/accounts.beancount"
REGISTER = "ledgers/coop.beancount"
BANK = "ledgers/bank/"
PAYMENTS = "ledgers/payments/"
TREASURY = "ledgers/treasury.beancount"

_FOLLOWS = frozenset({"unknown-account", "account-name", "no-role", "unknown-role", "to-account"})
"""What is only as true as the chart of accounts."""

_VAGUE = frozenset({"bank-line-incomplete", "bank-line-open", "custom-empty"})
"""What another error on the same line says better."""

_OF_THE_FILE = frozenset({"copy", "copy-of-kept", "run-changed", "vat-return-changed"})
"""What is wrong with a file as a whole, whatever else is wrong in it."""


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file and line, each told once, without what only follows from a mistake in the chart, from a file
    that is not to be read, or from what is better said of the same line."""
    unique = {(p.file, p.line, p.code, tuple(p.values.items())): p for p in problems}
    told = [unique[key] for key in sorted(unique)]
    whole = {p.file for p in told if p.code in _OF_THE_FILE}
    told = [p for p in told if p.file not in whole or p.code in _OF_THE_FILE]
    clear = {(p.file, p.line) for p in told if not p.warning and p.code not in _VAGUE}
    told = [p for p in told if p.code not in _VAGUE or (p.file, p.line) not in clear]
    stale = [p for p in told if p.code in ("not-allocated", "unallocated")]
    told = [p for p in told if p not in stale[1:]]  # one command puts all of them right
    if any(p.file == CHART and not p.warning for p in told):
        return [p for p in told if p.file == CHART or p.code not in _FOLLOWS]
    return told


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that stop the work."""
    return [problem for problem in problems if not problem.warning]
