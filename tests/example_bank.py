"""The statements of the example cooperative's bank account, made out of its members' bookings of 2026, in the
form in which ABN AMRO hands them out (CAMT.053.001.02, one a month):

    python tests/example_bank.py FOLDER

writes them there, for `scharrel bank import` to read. The same books give the same bytes."""

import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from scharrel.core.money import total
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.ledger.bank_lines import hand_bookings, read_bank_book
from scharrel.ledger.books import Books, read_books
from scharrel.ledger.reading import read_ledger
from scharrel.store.paths import Coop
from scharrel.store.payment_runs import read_runs
from scharrel.treasury.accounts import BankAccount

ACCOUNT = "betaalrekening"
LAST = date(2026, 10, 31)

_BANKS = ("ABNA", "INGB", "RABO", "TRIO", "ASNB", "KNAB")
_MONTHS = ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober"]
_KNOWN = re.compile(
    r"(?:(?:mevr|mw|dhr|fam)\.|meneer) (?!Tran)|[A-Z]\w*(?: [A-Z]\w*)+$|(?:Belsimpel|Simyo|TransIP)$"
)
_WRITE_ALL = frozenset({"mila", "henk", "studio", "groen", "catering-noord", "winkel", COOP_ID})
_VAGUE = re.compile(r"(?:de|opa|bruid) |Ria |(?:Ahmed|Gerda|Ilse|Karel|Marloes|Noor|Sjaak|Ton|Wilma)$")
_SHOP = re.compile(
    r"(?i).*(?:markt|handel|loop|centrum)$|Makro|Aldi|Sligro|Wibra|Kruidvat|stort|benzine|molen"
)
_SURNAMES = (
    "Adriaans", "Bekkers", "Claessen", "Dikmans", "Elzinga", "Franken", "Geerts", "Hagenaars", "Jaspers",
    "Kuijpers",
)  # fmt: skip

_CONTRIBUTIONS = (
    (1, 12, "A. el Idrissi"), (1, 14, "B. de Wit"), (1, 19, "F. Yıldız"), (1, 27, "H. van den Broek"),
    (2, 3, "Y. Benali"), (2, 5, "C. Vermeulen"), (2, 17, "R. Ouali"), (2, 24, "D. Kowalska"),
    (3, 4, "M. Petrova"), (3, 12, "S. Haddad"), (4, 2, "N. Aït Bella"), (4, 2, "S. Kaya"),
)  # fmt: skip

_DEPOSIT = "afdracht contant geld"
_DEPOSITS = (
    (1, 16, "1500.00", "A. el Idrissi"), (1, 16, "900.00", "C. Vermeulen"), (1, 19, "1800.00", "D. Kowalska"),
    (1, 19, "4500.00", "R. Ouali"), (7, 10, "600.00", "A. el Idrissi"), (7, 10, "1500.00", "D. Kowalska"),
    (7, 13, "4100.00", "R. Ouali"), (7, 13, "1100.00", "S. Haddad"), (10, 16, "1000.00", "S. Haddad"),
)  # fmt: skip


class Payment(NamedTuple):
    """A line of the bank: the day, euros (in is positive), with whom and what for; of what the cooperative
    ordered also the account and the reference of the order."""

    day: date
    amount: Decimal
    name: str
    text: str
    iban: str = ""
    reference: str = ""


def statements(coop: Path) -> dict[str, bytes]:
    """Each month's statement, by a name for its file."""
    books, _, _ = read_books(Coop(coop))
    account = books.bank_accounts[ACCOUNT]
    balance = account.opening
    found = {}
    # What was ordered comes last on its day, so that no other line gets another number.
    payments = sorted(_payments(books, account), key=lambda one: (one.day, one.reference, one))
    for month, paid in groupby(payments, key=lambda one: Month.of(one.day)):
        lines = [*paid]
        closing = balance + total(line.amount for line in lines)
        found[f"camt053_{month}.xml"] = _statement(month, lines, account.iban, balance, closing)
        balance = closing
    return found


def _payments(books: Books, account: BankAccount) -> Iterator[Payment]:
    yield from _own()
    for run in read_runs(books.coop)[0]:
        for one in run.payments:
            yield Payment(run.day, -one.amount, one.name, one.text, one.iban, one.id)
    for holder in (*books.holders, COOP_ID):
        ledger = read_ledger(books.coop, holder, books.chart)
        for booking in hand_bookings(ledger, holder, [account]):
            if account.day <= booking.day <= LAST:
                yield _seen(holder, booking.day, booking.amount, booking.text)
    for line in read_bank_book(books.coop, account, books.chart, books.holders)[0].lines:
        if line.holder and not line.booked and line.text != _DEPOSIT and not line.why.startswith("payment "):
            yield _seen(line.holder, line.day, line.amount, f"{line.name} · {line.text}")


def from_bank(holder: str, name: str) -> bool:
    """Whether the treasurer can tell by the name whose payment it is; if not, the holder wrote it down."""
    return holder not in _WRITE_ALL and bool(_KNOWN.match(name))


def _seen(holder: str, day: date, amount: Decimal, text: str) -> Payment:
    """What the bank shows of a booking: of one that the holder wrote down, with a name as banks have them,
    and up to two days later."""
    name, _, what = text.partition(" · ")
    if from_bank(holder, name):
        return Payment(day, amount, name, what)
    day = min(
        day + timedelta(days=(0, 0, 1, 2)[_number(f"{day} {amount} {text}") % 4]), Month.of(day).last_day
    )
    if _VAGUE.match(name):
        first, last = divmod(_number(name), len(_SURNAMES))
        name = f"{chr(ord('A') + first % 23)}. {_SURNAMES[last]}"
    elif amount < 0 and _SHOP.match(name):
        what = "betaalpas, pas 012, Breda"
    return Payment(day, amount, f"{name[0].upper()}{name[1:]}", what or name)


def _own() -> Iterator[Payment]:
    """What the cooperative itself paid and got, cash that members brought in, and at last what nobody knows
    yet."""
    for number, month in enumerate(_MONTHS, 1):
        yield _own_line(number, 1, "-385.00", "Woonstichting De Kade", f"huur werkplaats, {month}")
        yield _own_line(number, 15, "-38.72", "Wijknet", f"internet en telefoon werkplaats, {month}")
        yield _own_line(number, 28, "-12.45", "ABN AMRO Bank N.V.", f"kosten zakelijk betalen, {month}")
    for number, day, name in _CONTRIBUTIONS:
        yield _own_line(number, day, "25.00", name, "contributie 2026")
    for number, day, amount, name in _DEPOSITS:
        yield _own_line(number, day, amount, name, _DEPOSIT)
    yield _own_line(
        4, 9, "750.00", "Buurtfonds Heuvelkwartier", "bijdrage aan gereedschap voor de werkplaats"
    )
    yield _own_line(7, 3, "-164.50", "Kopieerhuis", "jaarverslag, 60 stuks")
    yield _own_line(10, 14, "35.00", "P. de Groot", "bedankt voor de hulp!")
    yield _own_line(10, 22, "-18.95", "Bouwmarkt De Hoek", "betaalpas, pas 012, Breda")
    yield _own_line(10, 29, "60.50", "Stichting Buurthuis De Hoek", "factuur oktober")


def _own_line(month: int, day: int, amount: str, name: str, text: str) -> Payment:
    return Payment(date(2026, month, day), Decimal(amount), name, text)


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8])


def invented_iban(name: str) -> str:
    """An account number of which the check digits fit, and that no bank can have given out: as an account
    number it does not pass the test of eleven."""
    number, bank = divmod(_number(name), len(_BANKS))
    digits = number % 10**9
    if not sum(int(digit) * (10 - nth) for nth, digit in enumerate(f"{digits:010}")) % 11:
        digits += 1
    basic = f"{_BANKS[bank]}{digits:010}"
    return f"NL{98 - int(''.join(str(int(sign, 36)) for sign in f'{basic}NL00')) % 97:02}{basic}"


def _statement(month: Month, lines: list[Payment], iban: str, opening: Decimal, closing: Decimal) -> bytes:
    first, last = month.first_day, month.last_day
    told = f"{last + timedelta(days=1)}T03:11:00"
    number = f"{month.number:03}"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>{month}-{iban[-9:]}</MsgId><CreDtTm>{told}</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>{iban[-9:]}EUR{month.year}{number}</Id><ElctrncSeqNb>{month.number}</ElctrncSeqNb>"
        f"<CreDtTm>{told}</CreDtTm>"
        f"<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>\n"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy>"
        "<Svcr><FinInstnId><BIC>ABNANL2A</BIC></FinInstnId></Svcr></Acct>\n"
        f"{_balance('OPBD', opening, first)}{_balance('CLBD', closing, last)}"
    ]
    for day, paid in groupby(lines, key=lambda line: line.day):
        parts += [_entry(line, f"4711-{day:%Y%m%d}-{nth}") for nth, line in enumerate(paid, 1)]
    return "".join([*parts, "</Stmt></BkToCstmrStmt></Document>\n"]).encode()


def _balance(code: str, amount: Decimal, day: date) -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>{kind}{_amount(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>\n"


def _amount(amount: Decimal) -> str:
    return f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{"CRDT" if amount > 0 else "DBIT"}</CdtDbtInd>'


def _entry(line: Payment, reference: str) -> str:
    side, kind = ("Dbtr", "N654") if line.amount > 0 else ("Cdtr", "N944")
    account = (
        ""
        if line.name.startswith("ABN AMRO") or line.text.startswith("betaalpas")
        else (f"<{side}Acct><Id><IBAN>{line.iban or invented_iban(line.name)}</IBAN></Id></{side}Acct>")
    )
    order = f"<Refs><EndToEndId>{line.reference}</EndToEndId></Refs>" if line.reference else ""
    return (
        f"<Ntry>{_amount(line.amount)}<Sts>BOOK</Sts><BookgDt><Dt>{line.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>\n"
        f"<BkTxCd><Prtry><Cd>{kind}</Cd><Issr>ABNAMRO</Issr></Prtry></BkTxCd>\n"
        f"<NtryDtls><TxDtls>{order}<RltdPties><{side}><Nm>{escape(line.name)}</Nm></{side}>{account}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(line.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


if __name__ == "__main__":
    for file, content in statements(Path(__file__).parent.parent).items():
        Path(sys.argv[1], file).write_bytes(content)
