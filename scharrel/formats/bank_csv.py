"""Tables of transactions (CSV, TAB) as Dutch banks hand them out. A further bank is one row in BANKS."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice, pairwise
from typing import NamedTuple

from scharrel.formats.records import (
    MAX_BANK_LINES,
    BankLine,
    BankStatement,
    UnreadableBankFile,
    account_number,
    clean,
    counter_iban,
    day_of,
    reference,
    table_amount,
)
from scharrel.formats.remittance import Remittance, columned, labelled_by_ing, unquoted


class BankTable(NamedTuple):
    """What one bank's table looks like: for each field the names of its columns, in small letters. The first
    that is there counts, of `text` and `given` all; `instead` is the text where there is no other.

    Where a table can come without a header, `header` is what its columns would be called, and `row` what its
    first row looks like, with tabs between the columns.
    """

    bank: str
    day: str
    account: str
    amount: str
    sign: str = ""
    currency: str = ""
    name: str = ""
    iban: str = ""
    text: str = ""
    instead: str = ""
    reference: str = ""
    given: str = ""
    before: str = ""
    after: str = ""
    quote: str = '"'
    header: str = ""
    row: str = ""
    read: Callable[[str], Remittance] | None = None


_DAY, _IBAN, _AMOUNT = r"\d{1,2}-\d{1,2}-\d{4}", "[A-Z]{2}[0-9]{2}[A-Z0-9]+", r"[+-]?[0-9.,]+"
_ANY = r"\t[^\t]*"
BANKS = (
    BankTable(
        "ing",
        day="datum|date",
        account="rekening|account",
        amount="bedrag (eur)|amount (eur)|bedrag|amount",
        sign="af bij|debit/credit",
        currency="valuta|currency",
        name="naam / omschrijving|name / description|naam/omschrijving|omschrijving|description",
        iban="tegenrekening|counterparty",
        text="mededelingen|notifications",
        after="saldo na mutatie|resulting balance",
        read=labelled_by_ing,
    ),
    BankTable(
        "rabobank",
        day="datum",
        account="iban/bban",
        amount="bedrag",
        currency="munt|valuta",
        name="naam tegenpartij",
        iban="tegenrekening iban/bban|iban/bban tegenpartij",
        text="omschrijving-1|omschrijving-2|omschrijving-3|"
        "omschrijving - 1|omschrijving - 2|omschrijving - 3",
        reference="volgnr|volg nr",
        instead="betalingskenmerk",
        given="transactiereferentie|batch id|batch nr",
        after="saldo na trn|saldo na boeking",
    ),
    BankTable(
        "abn amro",
        day="transactiondate|transactiedatum",
        account="accountnumber|rekeningnummer",
        amount="amount|transactiebedrag",
        currency="mutationcode|muntsoort",
        text="description|omschrijving",
        before="startsaldo|beginsaldo",
        after="endsaldo|eindsaldo",
        header="accountnumber|mutationcode|transactiondate|startsaldo|endsaldo|valuedate|amount|description",
        row=rf"[A-Z0-9]+\t[A-Z]{{3}}\t\d{{8}}\t{_AMOUNT}\t{_AMOUNT}\t\d{{8}}\t{_AMOUNT}\t.*",
        read=columned,
    ),
    BankTable(
        "triodos",
        day="boekdatum|transactiedatum|datum",
        account="rekeningnummer|rekening",
        amount="bedrag",
        sign="credit/debet|debet/credit",
        name="naam tegenrekening|naam tegenpartij|naam",
        iban="tegenrekening",
        text="omschrijving",
        after="saldo|saldo na boeking",
        header="boekdatum|rekeningnummer|bedrag|credit/debet|naam tegenrekening|tegenrekening|code|"
        "omschrijving|saldo",
        row=rf"{_DAY}\t{_IBAN}\t{_AMOUNT}\t(?:Credit|Debet)\t.*",
    ),
    BankTable(
        "asn",
        day="boekingsdatum|datum",
        account="opdrachtgeversrekening|je rekening",
        amount="transactiebedrag|bedrag bij/af",
        currency="valutasoort rekening|valuta saldo",
        name="naam tegenrekening|naam",
        iban="tegenrekeningnummer|van / naar",
        text="omschrijving",
        instead="betalingskenmerk",
        read=unquoted,
        before="saldo rekening voor mutatie|saldo voor boeking",
        header="boekingsdatum|opdrachtgeversrekening|tegenrekeningnummer|naam tegenrekening|adres|postcode|"
        "plaats|valutasoort rekening|saldo rekening voor mutatie|valutasoort mutatie|transactiebedrag|"
        "journaaldatum|valutadatum|interne transactiecode|globale transactiecode|volgnummer transactie|"
        "betalingskenmerk|omschrijving|afschriftnummer|categorie",
        quote="'",
        row=rf"{_DAY}\t{_IBAN}{_ANY * 5}\t[A-Z]{{3}}\t{_AMOUNT}\t[A-Z]{{3}}\t{_AMOUNT}\t{_DAY}\t{_DAY}"
        rf"{_ANY * 5}\t\d*(?:{_ANY})?",
    ),
    BankTable(
        "knab",
        day="boekdatum|transactiedatum",
        account="rekeningnummer",
        amount="bedrag",
        sign="creditdebet",
        currency="valutacode",
        name="tegenrekeninghouder",
        iban="tegenrekeningnummer",
        text="omschrijving",
        reference="referentie",
    ),
    BankTable(
        "bunq",
        day="date",
        account="account",
        amount="amount",
        name="name",
        iban="counterparty",
        text="description",
    ),
)

_SIGNS = {"af": -1, "bij": 1, "debit": -1, "debet": -1, "credit": 1, "d": -1, "c": 1}
_NEEDED = ("day", "account", "amount", "sign", "name", "iban", "text")
_FORMS = ((";", '"'), (",", "'"), (",", '"'), ("\t", ""))
"""What parts the columns, and what stands around one."""

_DAYS = (
    (re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})"), (1, 2, 3)),
    (re.compile(r"([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})"), (3, 2, 1)),
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LOOKED_AT = 20_000
"""Signs of the file in which a header stands."""


class _Row(NamedTuple):
    account: str
    currency: str
    line: BankLine
    before: Decimal | None
    after: Decimal | None


def read_bank_csv(text: str) -> tuple[str, list[BankStatement]]:
    """`csv` with the bank's name, and a statement of each account; the oldest line first."""
    table, places, rows = _table(text)
    accounts: dict[tuple[str, str], list[_Row]] = {}
    for number, (line, values) in enumerate(rows):
        if number == MAX_BANK_LINES:
            raise UnreadableBankFile("bank-too-many", line, limit=str(MAX_BANK_LINES))
        try:
            row = _row(table, places, values, line)
        except UnreadableBankFile as wrong:
            wrong.line = line
            raise
        accounts.setdefault((row.account, row.currency), []).append(row)
    if not accounts:
        raise UnreadableBankFile("bank-no-statement")
    return f"csv {table.bank}", [_statement(_oldest_first(rows)) for rows in accounts.values()]


def _table(text: str) -> tuple[BankTable, dict[str, int], Iterator[tuple[int, list[str]]]]:
    """Whose table it is, where its columns stand, and its rows with their lines."""
    for delimiter, quote in _FORMS:
        for place, (_, values) in enumerate(islice(_rows(text[:_LOOKED_AT], delimiter, quote, bool), 3)):
            header = [value.strip().lower() for value in values]
            for table in BANKS:
                if quote == "'" and table.quote != quote:
                    continue
                if all(_column(names, header) for field in _NEEDED if (names := getattr(table, field))):
                    whole = _no_wider(len(header))
                    return (
                        table,
                        _places(header),
                        islice(_rows(text, delimiter, quote, whole), place + 1, None),
                    )
                if table.row and _like(table.row)(values):
                    columns = _places(table.header.split("|"))
                    return table, columns, _rows(text, delimiter, quote, _like(table.row))
    raise UnreadableBankFile("bank-kind", found=clean(text.strip()[:100]))


def _no_wider(width: int) -> Callable[[list[str]], bool]:
    return lambda values: not any(value.strip() for value in values[width:])


def _like(row: str) -> Callable[[list[str]], bool]:
    form = re.compile(row, re.DOTALL)
    return lambda values: bool(form.fullmatch("\t".join(value.replace("\t", " ") for value in values)))


def _rows(
    text: str, delimiter: str, quote: str, whole: Callable[[list[str]], bool]
) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the lines on which they begin; each has to be whole."""
    found = _apostrophed(text, delimiter, whole) if quote == "'" else _cells(text, delimiter, quote)
    for line, values in found:
        if any(value.strip() for value in values):
            if not whole(values):
                raise UnreadableBankFile("bank-field", line, field="CSV")
            yield line, values


def _cells(text: str, delimiter: str, quote: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(
        (found[0] for found in _LINE.finditer(text)),  # a StringIO is four times the text
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    line = 1
    try:
        for values in reader:
            yield line, values
            line = reader.line_num + 1
    except csv.Error:
        raise UnreadableBankFile("bank-field", line, field="CSV") from None


def _apostrophed(
    text: str, delimiter: str, whole: Callable[[list[str]], bool]
) -> Iterator[tuple[int, list[str]]]:
    """Where an apostrophe is a quotation mark, that of 't Hoekje is none."""
    for number, line in enumerate(text.split("\n"), 1):
        readings = [values for quote in "'\"" for _, values in _cells(line, delimiter, quote)]
        yield number, next((values for values in readings if whole(values)), [*readings, []][0])


def _places(header: list[str]) -> dict[str, int]:
    return {name: place for place, name in reversed([*enumerate(header)])}


def _column(names: str, header: Iterable[str]) -> str:
    return next((name for name in names.split("|") if name in header), "")


def _row(table: BankTable, places: dict[str, int], values: list[str], line: int) -> _Row:
    def value(names: str) -> str:
        column = _column(names, places)
        return values[places[column]] if column and places[column] < len(values) else ""

    def every(names: str) -> list[str]:
        return [value(name) for name in names.split("|")]

    account = account_number(value(table.account))
    if not account:
        raise UnreadableBankFile("bank-no-account")
    amount = table_amount(value(table.amount))
    if table.sign:
        side = value(table.sign).strip()
        if side.lower() not in _SIGNS:
            raise UnreadableBankFile("bank-field", field=table.sign, value=clean(side))
        amount *= _SIGNS[side.lower()]
    its = Remittance(value(table.name), value(table.iban), "".join(every(table.text)))
    if table.read:
        found = table.read(its.text)
        its = Remittance(its.name or found.name, its.iban or found.iban, found.text, found.given)
    given = tuple(filter(None, map(reference, (*its.given, *every(table.given)))))
    return _Row(
        account,
        clean(value(table.currency)) or "EUR",
        BankLine(
            _day(value(table.day)),
            amount,
            clean(its.name),
            counter_iban(its.iban),
            clean(its.text) or clean(value(table.instead)),
            reference(value(table.reference)),
            line,
            given,
        ),
        _balance(value(table.before)),
        _balance(value(table.after)),
    )


def _day(text: str) -> date:
    for form, order in _DAYS:
        if found := form.fullmatch(text.strip()):
            return day_of(*(found[place] for place in order))
    raise UnreadableBankFile("bank-day", value=clean(text))


def _balance(text: str) -> Decimal | None:
    return table_amount(text) if text.strip() else None


def _before(row: _Row) -> Decimal | None:
    if row.before is None and row.after is not None:
        return row.after - row.line.amount
    return row.before


def _after(row: _Row) -> Decimal | None:
    if row.after is None and row.before is not None:
        return row.before + row.line.amount
    return row.after


def _oldest_first(rows: list[_Row]) -> list[_Row]:
    """The rows in the order in which their balances follow on each other, else in that of their days."""
    for order in (rows, rows[::-1]):
        if all(_after(one) is not None and _after(one) == _before(next_) for one, next_ in pairwise(order)):
            return order
    backwards = rows[0].line.day > rows[-1].line.day
    return sorted(rows[::-1] if backwards else rows, key=lambda row: row.line.day)


def _statement(rows: list[_Row]) -> BankStatement:
    lines = tuple(row.line for row in rows)
    return BankStatement(
        rows[0].account,
        rows[0].currency,
        min(line.day for line in lines),
        max(line.day for line in lines),
        _before(rows[0]),
        _after(rows[-1]),
        lines,
        0,
        min(line.line for line in lines),
    )
