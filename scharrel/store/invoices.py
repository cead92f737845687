"""Issued invoices as they are written and read back: one file each, never written again.

It is plain beancount without postings, so that it passes bean-check and counts nowhere; a digest in it tells
whether it still says what was sent.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from scharrel.core.money import plain
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem
from scharrel.store.allocations import quoted
from scharrel.store.paths import Coop
from scharrel.store.text import Text, names_in, read_text
from scharrel.store.together import pending
from scharrel.treasury.invoices import (
    INVOICE_NUMBER,
    Invoice,
    InvoiceLine,
    Issued,
    VatPosting,
    VatSum,
)
from scharrel.treasury.vat_rates import VAT_RATES

_HEAD = """\
; Factuur {number}, zoals verstuurd. Dit bestand verandert nooit meer: wat niet klopt, neem je terug
; met `scharrel invoice credit {number}`.
"""
_STAMP = re.compile(r"^; sha256:([0-9a-f]{64})\n", re.MULTILINE)
_ENDING = ".beancount"
_ENTRY = re.compile(
    r'(\d{4}-\d\d-\d\d) custom "(invoice|seller|customer|line|vat|booked)" "((?:[^"\\]|\\.)*)"'
)
_KEY = re.compile(r'  ([a-z_]+): (?:"((?:[^"\\]|\\.)*)"|(\S+)(?: EUR)?)')
_ESCAPED = re.compile(r"\\(.)")


def issued_path(coop: Coop, number: str) -> Path:
    """Where the invoice of this number is kept."""
    return coop.issued / f"{number}{_ENDING}"


def issued_text(one: Issued) -> str:
    """The file of an invoice, from which all that goes to the customer can be made again."""
    invoice, day = one.invoice, one.invoice.day
    parts = [
        [
            f'{day} custom "invoice" "{one.number}"',
            *_texts(holder=invoice.holder, worker=one.worker, customer=invoice.customer),
            f"  delivered: {invoice.delivered}",
            f"  due: {invoice.due}",
            *_euros(net=invoice.net_total, vat=invoice.vat_total, total=invoice.total, owed=invoice.owed),
            *_texts(
                receivable=invoice.receivable, quote=invoice.quote, credits=invoice.credits,
                reason=invoice.reason, source=one.source,
            ),
        ],
        [f'{day} custom "seller" "{one.number}"', *_texts(**one.seller)],
        [f'{day} custom "customer" "{invoice.customer}"', *_texts(**one.buyer)],
        *(
            [
                f'{day} custom "line" "{quoted(line.text)}"',
                f"  quantity: {line.quantity:f}",
                *_euros(net=line.net),
                *_texts(rate=line.rate, account=line.account),
            ]
            for line in invoice.lines
        ),
        *([f'{day} custom "vat" "{of.rate}"', *_euros(net=of.net, vat=of.vat)] for of in invoice.sums),
        *(
            [f'{day} custom "booked" "{on.account}"', *_euros(vat=on.amount), *_texts(rate=on.rate)]
            for on in invoice.vat
        ),
    ]  # fmt: skip
    body = _HEAD.format(number=one.number) + "".join("\n" + "\n".join(part) + "\n" for part in parts)
    head, _, rest = body.partition("\n\n")
    return f"{head}\n; sha256:{_digest(body)}\n\n{rest}"


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


def _texts(**said: str) -> list[str]:
    return [f'  {key}: "{quoted(value)}"' for key, value in said.items() if value]


def _euros(**amounts: Decimal) -> list[str]:
    return [f"  {key}: {plain(amount)} EUR" for key, amount in amounts.items()]


def read_issued(coop: Coop) -> tuple[list[Issued], list[Problem]]:
    """Every invoice that was issued, by number, and the files that no longer say what was sent."""
    found: list[Issued] = []
    problems: list[Problem] = []
    waiting = pending(coop.issued)
    names = {*names_in(coop.issued), *(path.name for path in waiting)}
    for name in sorted(name for name in names if name.endswith(_ENDING) and not name.startswith(".")):
        path = coop.issued / name
        number = name.removesuffix(_ENDING)
        text = Text(waiting[path], [], shown=coop.shown(path)) if path in waiting else read_text(coop, path)
        problems += text.problems
        if text.problems:
            continue
        one = _issued(text.data.decode("utf-8", "replace"), text.shown)
        if not INVOICE_NUMBER.fullmatch(number) or (one and one.number != number):
            problems.append(Problem(text.shown, 1, "invoice-file-name"))
        elif one:
            found.append(one)
        else:
            problems.append(Problem(text.shown, 1, "invoice-file", {"number": number}))
    return found, problems


def _issued(text: str, shown: str) -> Issued | None:
    """The invoice of this file, if it says what was written."""
    text = text.replace("\r\n", "\n")
    stamp = _STAMP.search(text)
    if not stamp or _digest(text[: stamp.start()] + text[stamp.end() :]) != stamp[1]:
        return None
    parts = list(_parts(text))
    with suppress(KeyError, ValueError, InvalidOperation, StopIteration, TypeError):
        return _from_parts(parts, shown)
    return None


_Part = tuple[str, str, str, dict[str, str]]
"""The day, the kind of an entry, its name, and its keys."""


def _parts(text: str) -> Iterator[_Part]:
    now: _Part | None = None
    for line in text.split("\n"):
        if entry := _ENTRY.fullmatch(line):
            if now:
                yield now
            now = entry[1], entry[2], _plain(entry[3]), {}
        elif now and (key := _KEY.fullmatch(line)):
            now[3][key[1]] = key[3] if key[2] is None else _plain(key[2])
    if now:
        yield now


def _plain(said: str) -> str:
    return _ESCAPED.sub(r"\1", said)


def _from_parts(parts: list[_Part], shown: str) -> Issued:
    def of_kind(kind: str) -> list[_Part]:
        return [part for part in parts if part[1] == kind]

    ((day, _, number, said),) = of_kind("invoice")
    ((*_, seller),) = of_kind("seller")
    ((*_, buyer),) = of_kind("customer")
    invoice = Invoice(
        said["holder"],
        said["customer"],
        date.fromisoformat(day),
        date.fromisoformat(said["delivered"]),
        date.fromisoformat(said["due"]),
        tuple(
            InvoiceLine(text, Decimal(of["quantity"]), Decimal(of["net"]), of["rate"], of["account"])
            for _, _, text, of in of_kind("line")
        ),
        tuple(VatSum(rate, Decimal(of["net"]), Decimal(of["vat"])) for _, _, rate, of in of_kind("vat")),
        tuple(
            VatPosting(account, Decimal(of["vat"]), of.get("rate", ""))
            for _, _, account, of in of_kind("booked")
        ),
        Decimal(said["owed"]),
        said.get("receivable", ""),
        said.get("quote", ""),
        said.get("credits", ""),
        said.get("reason", ""),
    )
    if not invoice.lines or not all(line.rate in VAT_RATES for line in invoice.lines):
        raise ValueError(number)
    return Issued(number, invoice, seller, buyer, said["worker"], shown, said.get("source", ""))


def credit_text(invoice: Invoice, one: Issued) -> str:
    """The booking in the cooperative's ledger that takes an invoice back."""
    whose = "" if invoice.holder == COOP_ID else invoice.holder
    payee, text = quoted(one.buyer.get("name", invoice.customer)), f"creditfactuur bij {one.number}"
    accounts = [*(line.account for line in invoice.lines), *(posting.account for posting in invoice.vat)]
    width = max(map(len, [*accounts, invoice.receivable])) + 2
    lines = [
        f'{invoice.day} * "{payee}" "{text}"',
        *_texts(invoice=invoice.customer, credits=invoice.credits, **({"for": whose} if whose else {})),
        *_texts(reason=invoice.reason),
    ]
    for line in invoice.lines:
        lines.append(f"  {line.account:<{width}}{plain(-line.net):>12} EUR")
        lines += [f'    line: "{quoted(line.text)}"', f"    quantity: {line.quantity:f}"]
        lines.append(f'    vat: "{line.rate}"')
    for posting in invoice.vat:
        lines.append(f"  {posting.account:<{width}}{plain(-posting.amount):>12} EUR")
    lines.append(f"  {invoice.receivable:<{width}}{plain(invoice.total):>12} EUR")
    return "\n".join(lines) + "\n"


def make_issued_read_only(coop: Coop) -> None:
    """Keep the invoices from being changed by mistake."""
    for name in names_in(coop.issued):
        if not name.startswith("."):
            with suppress(OSError):
                os.chmod(coop.issued / name, 0o444)
