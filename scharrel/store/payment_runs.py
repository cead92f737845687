"""Payment runs: what was ordered, as bookings, and what is sent to the bank.

ledgers/payments/<run>.beancount             a run as it was ordered, never written again
ledgers/payments/<run>-cancelled.beancount   that it was cancelled: the same with the signs turned
payments/<run>.xml                           the order for the bank, made anew from the run
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path

from scharrel.core.money import plain
from scharrel.core.problems import Problem
from scharrel.formats.pain001 import PAIN_VERSIONS, CreditTransfer, TransferOrder, pain001
from scharrel.store.allocations import quoted
from scharrel.store.durable import WriteError, remove, write_bytes, write_text
from scharrel.store.paths import Coop
from scharrel.store.stamps import as_stamped, stamped
from scharrel.store.text import Text, names_in, read_text
from scharrel.treasury.lines import CounterLeg
from scharrel.treasury.payments import Payment, PaymentPart, PaymentRun

RUN_ID = re.compile(r"\d{4}-\d{2}-\d{2}-\d{1,4}")
_CANCELLED = "-cancelled"
_FILE = re.compile(rf"({RUN_ID.pattern})({_CANCELLED})?\.beancount")
_HEAD = """\
; Betaalrun {run}, geschreven door `scharrel pay`. Hier verandert niets meer aan. Gaat hij niet door:
; scharrel pay --cancel {run} --reason "waarom"
"""
_CANCELLED_HEAD = "; Betaalrun {run} ging niet door; geschreven door `scharrel pay --cancel`.\n"
_INCLUDE = '\ninclude "../accounts.beancount"\n'
_BLOCKS = re.compile(r"\n\s*\n")
_HEADLINE = re.compile(
    r'^(\d{4}-\d{2}-\d{2}) (?:custom "([a-z-]+)" "([^"]*)"(?: ([\d.]+) EUR)?|\* "(.*?)" "(.*?)")$',
    re.MULTILINE,
)
_KEY = re.compile(r'^  ([a-z]+): "?(.*?)"?$', re.MULTILINE)
_LEG = re.compile(r"^  ([A-Z]\S*) +(-?[\d.]+) EUR$", re.MULTILINE)


def payment_texts(coop: Coop) -> list[Text]:
    """What stands in the payment runs, and in what cancels them."""
    folder = coop.payment_runs
    return [read_text(coop, folder / name) for name in sorted(filter(_FILE.fullmatch, names_in(folder)))]


def runs_there(coop: Coop) -> list[str]:
    """The runs that have a file, as it was written or not, or one that cancels them."""
    return [found[1] for name in names_in(coop.payment_runs) if (found := _FILE.fullmatch(name))]


def ordered_runs(coop: Coop) -> list[tuple[str, Path]]:
    """The runs of which an order for the bank lies there, and where."""
    names = sorted(name for name in names_in(coop.payments) if name.endswith(".xml"))
    runs = ((name.removesuffix(".xml"), coop.payments / name) for name in names)
    return [(run, path) for run, path in runs if RUN_ID.fullmatch(run)]


def strange_run_files(coop: Coop) -> list[str]:
    """Files among the runs that are none."""
    names = sorted(names_in(coop.payment_runs))
    return [name for name in names if name.endswith(".beancount") and not _FILE.fullmatch(name)]


def read_runs(coop: Coop) -> tuple[list[PaymentRun], list[Problem]]:
    """Every run by its day and number; they count only if no problem is an error."""
    runs: dict[str, PaymentRun] = {}
    cancelled: dict[str, tuple[date, str]] = {}
    problems: list[Problem] = []
    for text in payment_texts(coop):
        problems += text.problems
        if text.problems:
            continue
        said = text.data.decode("utf-8", "replace").replace("\r\n", "\n")
        name = _FILE.fullmatch(text.shown.rpartition("/")[2])
        found = _run_from(said, text.shown) if as_stamped(said) else None
        assert name
        if name[2]:
            day = _HEADLINE.search(said)
            if found is None and as_stamped(said) and day:
                cancelled[name[1]] = date.fromisoformat(day[1]), text.shown
                continue
        elif found and found.id == name[1]:
            runs[found.id] = found
            continue
        problems.append(Problem(text.shown, 1, "run-changed", {"run": name[1]}))
    for run, (day_of_it, shown) in cancelled.items():
        if run in runs:
            runs[run] = runs[run]._replace(cancelled=day_of_it)
        elif not any(problem.values.get("run") == run for problem in problems):
            problems.append(Problem(shown, 1, "run-gone", {"run": run}))
    return sorted(runs.values(), key=lambda run: (run.day, _number(run.id))), problems


def _number(run: str) -> int:
    return int(run.rpartition("-")[2])


def _run_from(text: str, shown: str) -> PaymentRun | None:
    """The run that is written so."""
    head: tuple[date, str, dict[str, str]] | None = None
    whole = Decimal(0)
    payments: dict[str, Payment] = {}
    transit = ""
    for block in _BLOCKS.split(text):
        first = _HEADLINE.match(block.strip())
        keys = {key: value for key, value in _KEY.findall(block) if key.islower()}
        if first and first[2] == "payment-run":
            head = date.fromisoformat(first[1]), first[3], keys
            whole = Decimal(first[4])
        elif first and first[5] is not None and "payment" in keys:
            *legs, (transit, _) = (
                CounterLeg(account, Decimal(amount)) for account, amount in _LEG.findall(block)
            )
            part = PaymentPart(keys["for"], tuple(legs))
            one = payments.setdefault(
                keys["payment"],
                Payment(
                    keys["payment"], keys["to"], keys.get("holder", keys["for"]), _unquoted(first[5]),
                    keys["iban"], _unquoted(first[6]), (),
                ),
            )  # fmt: skip
            payments[one.id] = one._replace(parts=(*one.parts, part))
    if head is None:
        return None
    day, run, keys = head
    found = PaymentRun(
        run, day, date.fromisoformat(keys["made"]), keys.get("through", ""), keys["bank"], keys["iban"],
        _unquoted(keys["name"]), transit, tuple(payments.values()), None, shown,
    )  # fmt: skip
    return found if found.amount == whole and payments else None


def _unquoted(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")


def next_run(coop: Coop, day: date) -> str:
    """What the next run of the day is called."""
    names = set(names_in(coop.payment_runs))
    return next(run for n in count(1) if f"{(run := f'{day}-{n}')}.beancount" not in names)


def run_path(coop: Coop, run: str) -> Path:
    return coop.payment_runs / f"{run}.beancount"


def order_path(coop: Coop, run: str) -> Path:
    """Where the order for the bank is."""
    return coop.payments / f"{run}.xml"


def run_text(run: PaymentRun) -> str:
    """The run as it is written."""
    keys = [("through", run.through), ("bank", run.bank), ("iban", run.iban), ("name", run.name)]
    head = [
        f'{run.day} custom "payment-run" "{run.id}" {plain(run.amount)} EUR',
        f"  made: {run.made}",
        *_keys(keys),
    ]
    bookings = [_booking(run, each, part) for each in run.payments for part in each.parts]
    body = _INCLUDE + "".join("\n" + "\n".join(lines) + "\n" for lines in [head, *bookings])
    return stamped(body, _HEAD.format(run=run.id))


def _booking(run: PaymentRun, payment: Payment, part: PaymentPart) -> list[str]:
    keys = [("payment", payment.id), ("to", payment.to), ("for", part.holder)]
    keys += [("holder", payment.holder)] if payment.holder != part.holder else []
    return [
        f'{run.day} * "{quoted(payment.name)}" "{quoted(payment.text)}"',
        *_keys([*keys, ("iban", payment.iban)]),
        *_legs_of(part, run.transit),
    ]


def _legs_of(part: PaymentPart, transit: str, sign: int = 1) -> list[str]:
    legs = [*part.legs, CounterLeg(transit, -sum((leg.amount for leg in part.legs), Decimal(0)))]
    width = max(30, *(len(leg.account) + 2 for leg in legs))
    return [f"  {leg.account:<{width}}{plain(sign * leg.amount):>12} EUR" for leg in legs]


def _keys(keys: Sequence[tuple[str, str]]) -> list[str]:
    return [f'  {key}: "{quoted(value)}"' for key, value in keys if value]


def cancel_text(run: PaymentRun, day: date, reason: str) -> str:
    """That the run was cancelled on a day, as it is written."""
    head = [f'{day} custom "payment-run-cancelled" "{run.id}"', *_keys([("why", reason)])]
    bookings = [
        [
            f'{day} * "{quoted(payment.name)}" "{quoted(payment.text)}"',
            *_keys([("cancels", payment.id), ("for", part.holder), ("why", reason)]),
            *_legs_of(part, run.transit, -1),
        ]
        for payment in run.payments
        for part in payment.parts
    ]
    body = _INCLUDE + "".join("\n" + "\n".join(lines) + "\n" for lines in [head, *bookings])
    return stamped(body, _CANCELLED_HEAD.format(run=run.id))


def order_bytes(run: PaymentRun, version: str) -> bytes:
    """The order for the bank."""
    transfers = [CreditTransfer(p.id, p.amount, p.name, p.iban, p.text) for p in run.payments]
    return pain001(TransferOrder(run.id, run.made, run.day, run.name, run.iban, transfers), version)


def put_run(coop: Coop, run: PaymentRun, version: str) -> None:
    """Write the run and the order for the bank, or neither; WriteError if that fails. The run is first: no
    order may lie there that is in no book."""
    path = run_path(coop, run.id)
    try:
        write_text(path, run_text(run))
        put_order(coop, run, version)
    except WriteError:
        with suppress(WriteError):
            remove_order(coop, run)
            remove(path)
        raise


def put_order(coop: Coop, run: PaymentRun, version: str | None = None) -> bool:
    """Have the order for the bank lie there as the run says, for nobody else to read; whether it was
    written. Without a version any is right."""
    path = order_path(coop, run.id)
    there = path.read_bytes() if path.is_file() and not path.is_symlink() else None
    wanted = [order_bytes(run, each) for each in ([version] if version else PAIN_VERSIONS)]
    if there in wanted:
        return False
    with _private():
        write_bytes(path, wanted[0])
    return True


def put_cancelled(coop: Coop, run: PaymentRun, day: date, reason: str) -> None:
    """Write that the run is cancelled; the order goes first, so that nobody sends it to the bank after."""
    remove_order(coop, run)
    path = coop.payment_runs / f"{run.id}{_CANCELLED}.beancount"
    write_text(path, cancel_text(run, day, reason))


def remove_order(coop: Coop, run: PaymentRun) -> bool:
    """Take away an order that is not to be sent; whether there was one."""
    path = order_path(coop, run.id)
    if not os.path.lexists(path):
        return False
    remove(path)
    return True


@contextmanager
def _private() -> Iterator[None]:
    """What is written meanwhile is for its owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
