"""The Dutch audit file (XAF 4.0): a year's bookings as the tax office and accountants read them."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

NAMESPACE = "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0"

MAX_ID = 35
"""Signs of an identity, such as that of an account."""

_MAX_NAME, _MAX_REFERENCE, _MAX_TEXT = 255, 255, 999


class AuditCompany(NamedTuple):
    """Whose books these are; `country` is two letters, and what is not known is empty."""

    name: str
    trade_number: str = ""
    tax_number: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "NL"


class AuditAccount(NamedTuple):
    """An account of the general ledger: on the balance sheet or not; `rgs` is its code in the reference
    scheme, if it has one."""

    id: str
    name: str
    on_balance: bool
    rgs: str = ""


class AuditVatCode(NamedTuple):
    """A kind of VAT, and the account on which it is owed or comes back, if there is one."""

    id: str
    name: str
    to_pay: str = ""
    to_claim: str = ""


class AuditCustomer(NamedTuple):
    """A customer; `country` is two letters, and what is not known is empty."""

    id: str
    name: str
    email: str = ""
    trade_number: str = ""
    tax_number: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""


class AuditVat(NamedTuple):
    """The VAT of a line: its kind, the rate in per cent, and the amount in euros, debit above zero."""

    code: str
    percent: Decimal
    amount: Decimal


class AuditLine(NamedTuple):
    """A line of a booking in whole cents of euros, debit above zero; `document` is where it can be found, and
    `customer` who owes or pays it."""

    account: str
    amount: Decimal
    document: str
    text: str = ""
    invoice: str = ""
    customer: str = ""
    vat: tuple[AuditVat, ...] = ()


class AuditTransaction(NamedTuple):
    """A booking: lines that add up to zero. `number` is one of its own in the file."""

    number: str
    day: date
    text: str
    source: str
    lines: tuple[AuditLine, ...]


class AuditJournal(NamedTuple):
    """Bookings that belong together; `kind` is a letter of the format, M for a memorial."""

    id: str
    name: str
    kind: str
    transactions: tuple[AuditTransaction, ...]


class AuditFile(NamedTuple):
    """A calendar year, made on the day `created` by a program of that name and version. `opening` is what was
    on the accounts of the balance sheet when it began, which adds up to zero, debit above zero."""

    year: int
    created: date
    program: str
    version: str
    company: AuditCompany
    accounts: tuple[AuditAccount, ...]
    opening: tuple[tuple[str, Decimal], ...]
    journals: tuple[AuditJournal, ...]
    rgs_version: str = ""
    vat_codes: tuple[AuditVatCode, ...] = ()
    customers: tuple[AuditCustomer, ...] = ()


def write_xaf(file: AuditFile) -> bytes:
    """The file as XML; what is longer than the format takes is cut off, but for identities."""
    root = Element("auditfile", xmlns=NAMESPACE)
    header = SubElement(root, "header")
    _texts(
        header, fiscalYear=str(file.year), startDate=str(date(file.year, 1, 1)),
        endDate=str(date(file.year, 12, 31)), curCode="EUR", dateCreated=str(file.created),
        softwareDesc=file.program[:50], softwareVersion=file.version[:20], RGSVersion=file.rgs_version,
    )  # fmt: skip
    company = SubElement(root, "company")
    _company(company, file.company)
    if file.customers:
        customers = SubElement(company, "customersSuppliers")
    for customer in file.customers:
        _customer(SubElement(customers, "customerSupplier"), customer)
    if file.accounts:
        ledger = SubElement(company, "generalLedger")
    for account in file.accounts:
        _texts(
            SubElement(ledger, "ledgerAccount"), accID=account.id, accDesc=account.name[:_MAX_NAME],
            accTp="B" if account.on_balance else "P", RGScode=account.rgs,
        )  # fmt: skip
    if file.vat_codes:
        codes = SubElement(company, "vatCodes")
    for code in file.vat_codes:
        _texts(
            SubElement(codes, "vatCode"), vatID=code.id, vatDesc=code.name[:100], vatToPayAccID=code.to_pay,
            vatToClaimAccID=code.to_claim,
        )  # fmt: skip
    periods = SubElement(company, "periods")
    for number in range(1, 13):
        first, after = date(file.year, number, 1), date(file.year + number // 12, number % 12 + 1, 1)
        _texts(
            SubElement(periods, "period"), periodNumber=str(number), startDatePeriod=str(first),
            endDatePeriod=str(date.fromordinal(after.toordinal() - 1)),
        )  # fmt: skip
    opening = SubElement(company, "openingBalance")
    _totals(opening, (amount for _, amount in file.opening))
    for nth, (account_id, amount) in enumerate(file.opening, 1):
        line = SubElement(opening, "obLine")
        _texts(line, nr=str(nth), accID=account_id)
        _amount(line, amount)
    transactions = SubElement(company, "transactions")
    _totals(transactions, (ln.amount for j in file.journals for t in j.transactions for ln in t.lines))
    for journal in file.journals:
        element = SubElement(transactions, "journal")
        _texts(element, jrnID=journal.id, desc=journal.name, jrnTp=journal.kind)
        for transaction in journal.transactions:
            _transaction(element, transaction)
    ElementTree.indent(root, " ")
    text: str = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _company(company: Element, said: AuditCompany) -> None:
    _texts(company, Commercenr=said.trade_number, companyName=said.name[:_MAX_NAME] or "-")
    # Both have to be there, also where the tax number is not known.
    _texts(company, taxRegistrationCountry=said.country[:2])
    SubElement(company, "taxRegIdent").text = said.tax_number[:30]
    _address(company, said)


def _customer(element: Element, said: AuditCustomer) -> None:
    _texts(
        element, custSupID=said.id, custSupName=said.name[:50], eMail=said.email,
        commerceNr=said.trade_number, taxRegistrationCountry=said.country[:2] if said.tax_number else "",
        taxRegIdent=said.tax_number[:30], custSupTp="C",
    )  # fmt: skip
    _address(element, said)


def _address(element: Element, said: AuditCompany | AuditCustomer) -> None:
    if said.street or said.city:
        _texts(
            SubElement(element, "streetAddress"), streetname=said.street[:100], city=said.city[:50],
            postalCode=said.postcode[:10], country=said.country[:2],
        )  # fmt: skip


def _transaction(journal: Element, transaction: AuditTransaction) -> None:
    element = SubElement(journal, "transaction")
    _texts(
        element, nr=transaction.number, desc=transaction.text, periodNumber=str(transaction.day.month),
        trDt=str(transaction.day), Source=transaction.source[:_MAX_TEXT],
    )  # fmt: skip
    for nth, line in enumerate(transaction.lines, 1):
        at = SubElement(element, "trLine")
        document = line.document[-_MAX_REFERENCE:]
        _texts(
            at, nr=str(nth), accID=line.account, docRef=document, effDate=str(transaction.day), desc=line.text
        )
        _amount(at, line.amount)
        _texts(at, custSupID=line.customer, invRef=line.invoice[:_MAX_REFERENCE])
        for vat in line.vat:
            told = SubElement(at, "vat")
            _texts(told, vatID=vat.code, vatPerc=f"{vat.percent:.3f}", vatAmnt=_cents(abs(vat.amount)))
            _texts(told, vatAmntTp="D" if vat.amount >= 0 else "C")


def _totals(element: Element, amounts: Iterable[Decimal]) -> None:
    found = list(amounts)
    debit = sum((amount for amount in found if amount > 0), Decimal(0))
    credit = -sum((amount for amount in found if amount < 0), Decimal(0))
    _texts(element, linesCount=str(len(found)), totalDebit=_cents(debit), totalCredit=_cents(credit))


def _amount(element: Element, amount: Decimal) -> None:
    """The amount without a sign, and on which side it is."""
    _texts(element, amnt=_cents(abs(amount)), amntTp="D" if amount >= 0 else "C")


def _cents(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _texts(element: Element, **texts: str) -> None:
    """An element for each of these that says anything, in this order."""
    for name, text in texts.items():
        if text:
            SubElement(element, name).text = "".join(_allowed(text))


def _allowed(text: str) -> Iterator[str]:
    """The signs of the text that XML can hold."""
    for sign in text:
        yield (
            sign
            if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff")
            else "\N{REPLACEMENT CHARACTER}"
        )
