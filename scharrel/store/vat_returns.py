"""VAT returns as they were filed: written once, and read back only as they were written.

ledgers/vat/<period>.beancount                 a return
ledgers/vat/<period>-suppletie-<n>.beancount   a supplementary one
"""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.period import Period
from scharrel.core.problems import Problem, errors
from scharrel.store.durable import sweep, write_text
from scharrel.store.issued import keep_issued_files
from scharrel.store.paths import Coop
from scharrel.store.text import names_in, read_text
from scharrel.treasury.vat_return import FiledBox, FiledReturn, VatRow

_NAME = re.compile(r"(?P<period>\d{4}(?:-Q[1-4]|-\d\d)?)(?:-suppletie-(?P<supplement>\d+))?\.beancount")
_HEAD = """\
; Btw-aangifte {what} zoals die is opgegeven, geschreven door `scharrel vat --book`. Verandert nooit meer.
include "../accounts.beancount"
"""
_AMOUNT = r"(-?\d+\.\d\d) EUR"
_RETURN = re.compile(
    r'^(\d{4}-\d\d-\d\d) custom "vat-return" "[^"]*"\n  due: "([^"]*)"\n  rounding: "([^"]*)"$', re.MULTILINE
)
_FILED = re.compile(rf'^\S+ custom "vat-filed" "(\w+)" {_AMOUNT} {_AMOUNT}$', re.MULTILINE)
_ROW = re.compile(rf'^\S+ custom "vat-row" "([^"]*)" "(\w+)" "([^"]*)" {_AMOUNT} {_AMOUNT}$', re.MULTILINE)


def period_of(text: str) -> Period:
    """Read `2026-Q3`, `2026-09` or `2026`; a ValueError for anything else."""
    try:
        return Period.parse(text)
    except ValueError:
        return Period.of("month", Month.parse(text))


def vat_return_path(coop: Coop, period: Period, supplement: int) -> Path:
    """Where the return is, or the supplementary one of this number, which counts from 1."""
    more = f"-suppletie-{supplement}" if supplement else ""
    return coop.vat_returns / f"{period}{more}.beancount"


def write_vat_return(coop: Coop, filed: FiledReturn) -> Path:
    """Put the return there, to stay; WriteError if that fails."""
    path = vat_return_path(coop, filed.period, filed.supplement)
    sweep(coop.vat_returns)
    write_text(path, vat_return_text(filed))
    keep_issued_files(coop)
    return path


def vat_return_text(filed: FiledReturn) -> str:
    """The return as beancount: what was filed, what that rests on, and the booking."""
    day, what = filed.day, str(filed.period)
    supplement = f" suppletie {filed.supplement}" if filed.supplement else ""
    width = max(30, *(len(account) + 2 for account, _ in filed.postings()))
    return "\n".join(
        [
            _HEAD.format(what=what + supplement),
            f'{day} custom "vat-return" "{what}"',
            f'  due: "{filed.due}"',
            f'  rounding: "{filed.rounding}"',
            *(
                f'{day} custom "vat-filed" "{box}" {plain(found.base)} EUR {plain(found.vat)} EUR'
                for box, found in filed.boxes.items()
            ),
            *(
                f'{day} custom "vat-row" "{row.period}" "{row.box}" "{row.account}" '
                f"{plain(row.base)} EUR {plain(row.vat)} EUR"
                for row in filed.rows
            ),
            "",
            f'{day} * "Belastingdienst" "btw-aangifte {what}{supplement}" ^btw-{what}',
            f'  vat-return: "{what}"',
            *(f"  {account:<{width}}{plain(amount):>12} EUR" for account, amount in filed.postings()),
            "",
        ]
    )


def read_vat_returns(coop: Coop) -> tuple[list[FiledReturn], list[Problem]]:
    """The returns in order of time, and those that are not as they were written."""
    found: list[FiledReturn] = []
    problems: list[Problem] = []
    for name in sorted(names_in(coop.vat_returns)):
        named = _NAME.fullmatch(name)
        if not name.endswith(".beancount"):
            continue
        text = read_text(coop, coop.vat_returns / name)
        problems += text.problems
        if errors(text.problems):
            continue
        filed = _read(named, text.data.decode("utf-8", "replace"), text.shown) if named else None
        if filed:
            found.append(filed)
        else:
            problems.append(text.problem(1, "vat-return-changed" if named else "vat-return-name"))
    return sorted(found, key=lambda one: (one.period, one.supplement)), problems


def _read(named: re.Match[str], text: str, shown: str) -> FiledReturn | None:
    """The return; nothing if the text is not the one that was written for it."""
    text = text.replace("\r\n", "\n")
    head = _RETURN.search(text)
    try:
        period = period_of(named["period"])
        if head is None:
            return None
        filed = FiledReturn(
            period,
            int(named["supplement"] or 0),
            date.fromisoformat(head[1]),
            head[2],
            head[3],
            {box: FiledBox(Decimal(base), Decimal(vat)) for box, base, vat in _FILED.findall(text)},
            tuple(
                VatRow(of, box, account, Decimal(base), Decimal(vat))
                for of, box, account, base, vat in _ROW.findall(text)
            ),
            shown,
        )
    except ValueError:
        return None
    return filed if vat_return_text(filed).split() == text.split() else None
