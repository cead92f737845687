"""Statements as banks give them, of invented lines; and a small cooperative with a bank account."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from conftest import small

IBAN = "NL02ABNA0123456789"
CUSTOMER = "NL91ABNA0417164300"
LANDLORD = "NL20INGB0001234567"


class Given(NamedTuple):
    """A line as the bank has it; without a reference it is known by what it says."""

    day: str
    amount: str
    name: str = "Buurthuis De Hoek"
    iban: str = CUSTOMER
    text: str = ""
    reference: str = ""


def camt(
    lines: Sequence[Given],
    opening: str,
    closing: str | None = None,
    first: str = "",
    last: str = "",
    account: str = IBAN,
    currency: str = "EUR",
) -> bytes:
    """A CAMT.053 statement of these lines that adds up, unless another closing balance is given."""
    first, last = first or lines[0].day, last or lines[-1].day
    closing = closing or str(Decimal(opening) + sum(Decimal(line.amount) for line in lines))
    balances = (("OPBD", opening, first), ("CLBD", closing, last))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>\n'
        "<GrpHdr><MsgId>m</MsgId><CreDtTm>2026-11-01T08:00:00</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>s</Id><CreDtTm>2026-11-01T08:00:00</CreDtTm><FrToDt><FrDtTm>{first}T00:00:00</FrDtTm>"
        f"<ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>\n"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>\n"
        + "".join(
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount, currency)}"
            f"<Dt><Dt>{day}</Dt></Dt></Bal>\n"
            for code, amount, day in balances
        )
        + "".join(_entry(line, currency) for line in lines)
        + "</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def _amount(amount: str, currency: str) -> str:
    side = "DBIT" if amount.startswith("-") else "CRDT"
    return f'<Amt Ccy="{currency}">{amount.lstrip("-")}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _entry(line: Given, currency: str) -> str:
    party = "Dbtr" if not line.amount.startswith("-") else "Cdtr"
    reference = f"<AcctSvcrRef>{escape(line.reference)}</AcctSvcrRef>" if line.reference else ""
    account = f"<{party}Acct><Id><IBAN>{line.iban}</IBAN></Id></{party}Acct>" if line.iban else ""
    return (
        f"<Ntry>{_amount(line.amount, currency)}<Sts>BOOK</Sts><BookgDt><Dt>{line.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.day}</Dt></ValDt>{reference}<BkTxCd><Prtry><Cd>100</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><RltdPties><{party}><Nm>{escape(line.name)}</Nm></{party}>{account}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(line.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def knab(lines: Sequence[Given]) -> bytes:
    """The CSV of Knab, which has no balances."""
    head = (
        "KNAB EXPORT;;;;;;;;;;;;;;;\n"
        "Rekeningnummer;Transactiedatum;Valutacode;CreditDebet;Bedrag;Tegenrekeningnummer;"
        "Tegenrekeninghouder;Valutadatum;Betaalwijze;Omschrijving;Type betaling;Machtigingsnummer;"
        "Incassant ID;Adres;Referentie;Boekdatum;\n"
    )
    rows = [
        ";".join(
            f'"{cell}"'
            for cell in (
                IBAN, _dutch(line.day), "EUR", "D" if line.amount.startswith("-") else "C",
                line.amount.lstrip("-").replace(".", ","), line.iban, line.name, _dutch(line.day), "Overig",
                line.text, "", "", "", "", line.reference, _dutch(line.day),
            )
        )
        for line in lines
    ]  # fmt: skip
    return (head + "".join(f"{row};\n" for row in rows)).encode()


def _dutch(day: str) -> str:
    return f"{date.fromisoformat(day):%d-%m-%Y}"


def with_bank(folder: Path) -> Path:
    """The small cooperative with an account at a bank, from October 2026 on."""
    small(folder)
    with open(folder / "ledgers/accounts.beancount", "a") as chart:
        chart.write(
            '2020-01-01 open Assets:Debiteuren EUR\n  role: "receivable"\n'
            '2020-01-01 open Assets:UitTeZoeken EUR\n  role: "suspense"\n'
            '2020-01-01 open Liabilities:Btw:Hoog EUR\n  vat: "21%"\n'
            '2020-01-01 open Liabilities:Btw:Voor EUR\n  vat: "input"\n'
        )
    with open(folder / "ledgers/coop.beancount", "a") as register:
        register.write(
            f'2026-10-01 custom "bank" "betaalrekening"\n  iban: "{IBAN}"\n  account: "Assets:Bank"\n'
            "  opening: 1250.00 EUR\n"
        )
    return folder


def without_bank(register: str) -> str:
    """The register without what it says of accounts at banks."""
    kept, skipping = [], False
    for line in register.split("\n"):
        skipping = ' custom "bank" ' in line or (skipping and line.startswith(" "))
        kept += [] if skipping else [line]
    return "\n".join(kept)
