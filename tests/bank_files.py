"""The same invented payments as every bank would hand them out, in every format that is read."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from xml.sax.saxutils import escape

OWN = "NL02ABNA0123456789"
NUMBER = "123456789"
ZERO = Decimal(0)


class Payment(NamedTuple):
    day: date
    amount: Decimal
    name: str
    iban: str
    text: str


MONTH = [
    Payment(
        date(2026, 10, 1), Decimal("121.00"), "Buurthuis De Hoek", "NL91ABNA0417164300", "factuur 2026-0012"
    ),
    Payment(
        date(2026, 10, 1), Decimal("-1034.75"), "Woonstichting Zuid", "NL20INGB0001234567", "huur oktober"
    ),
    Payment(
        date(2026, 10, 12),
        Decimal("0.05"),
        "J. de Vries-van den Berg",
        "NL44RABO0123456789",
        "voor de reparatie van drie fietsen, de sleutels liggen bij de buren op nummer 14 en de rest volgt nog",
    ),
    Payment(date(2026, 10, 31), Decimal("-2.50"), "R+D & Zn", "BE68539007547034", "kosten 4/2026: 2,50"),
]
OPENING = Decimal("1250.00")
CLOSING = OPENING + sum((payment.amount for payment in MONTH), ZERO)


def camt(
    payments: Iterable[Payment] = MONTH,
    version: str = "053.001.02",
    opening: Decimal = OPENING,
    entry: str = "",
    head: str = "",
    account: str = f"<IBAN>{OWN}</IBAN>",
    balances: tuple[str, str] = ("OPBD", "CLBD"),
) -> str:
    """`entry` is what stands in every entry besides, `head` in the statement."""
    payments = [*payments]
    closing = opening + sum((payment.amount for payment in payments), ZERO)
    kind, level = ("AcctRpt", "Rpt") if version.startswith("052") else ("Stmt", "Stmt")
    days = [payment.day for payment in payments] or [date(2026, 10, 1)]
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}">\n<BkToCstmr{kind}>\n<GrpHdr>'
        f"<MsgId>M1</MsgId><CreDtTm>2026-11-01T03:00:00</CreDtTm></GrpHdr>\n<{level}>\n<Id>1</Id><CreDtTm>2026-11-01T03:00:00</CreDtTm>\n{head}"
        f"<Acct><Id>{account}</Id><Ccy>EUR</Ccy></Acct>\n"
        f"{_balance(balances[0], opening, min(days))}\n{_balance(balances[1], closing, max(days))}\n"
    ]
    for number, payment in enumerate(payments):
        parts.append(camt_entry(payment, f"4711-{number}", version[-2:], entry))
    return "".join([*parts, f"</{level}>\n</BkToCstmr{kind}>\n</Document>\n"])


def _balance(code: str, amount: Decimal, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _amount(amount: Decimal) -> str:
    side = "CRDT" if amount >= 0 else "DBIT"
    return f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def camt_entry(payment: Payment, reference: str, version: str, more: str) -> str:
    newer = version >= "07"
    own = _amount(payment.amount) if version >= "03" else ""
    side = "Dbtr" if payment.amount > 0 else "Cdtr"
    name = f"<Nm>{escape(payment.name)}</Nm>"
    parts = [payment.text[at : at + 35] for at in range(0, len(payment.text), 35)]
    return (
        f"<Ntry>\n{_amount(payment.amount)}{'<Sts><Cd>BOOK</Cd></Sts>' if newer else '<Sts>BOOK</Sts>'}\n"
        f"<BookgDt><Dt>{payment.day}</Dt></BookgDt><ValDt><Dt>2026-09-30</Dt></ValDt>\n"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef>{more}<BkTxCd><Prtry><Cd>100</Cd></Prtry></BkTxCd>\n"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{own}<RltdPties>"
        f"<{side}>{f'<Pty>{name}</Pty>' if newer else name}</{side}>"
        f"<{side}Acct><Id><IBAN>{payment.iban}</IBAN></Id></{side}Acct></RltdPties>\n<RmtInf>"
        + "".join(f"<Ustrd>{escape(part)}</Ustrd>" for part in parts)
        + "</RmtInf></TxDtls></NtryDtls>\n</Ntry>\n"
    )


def wrapped(text: str, first: int = 65) -> str:
    lines = [text[:first], *(text[at : at + 65] for at in range(first, len(text), 65))]
    return "\n".join(lines).rstrip("\n")


def comma(amount: Decimal) -> str:
    return str(abs(amount)).replace(".", ",")


def _abn_columns(p: Payment) -> str:
    fields = ["SEPA OVERBOEKING", f"IBAN: {p.iban}", "BIC: ABNANL2A", f"NAAM: {p.name}"]
    fields += [f"OMSCHRIJVING: {p.text}", "KENMERK: NOTPROVIDED"]
    wide = "".join(field.ljust(-(-len(field) // 32) * 32) for field in fields)
    columns = [wide[at : at + 32] for at in range(0, len(wide), 32)]
    lines = [" ".join(columns[at : at + 2]).rstrip() for at in range(0, len(columns), 2)]
    return "\n".join(lines)


def _61(p: Payment, entry: bool = True) -> str:
    return f":61:{p.day:%y%m%d}{p.day.strftime('%m%d') if entry else ''}{'C' if p.amount > 0 else 'D'}{comma(p.amount)}"


def _party(p: Payment) -> str:
    return "ORDP" if p.amount > 0 else "BENM"


DIALECTS = {
    "abn amro": lambda p: (
        _61(p) + "N654NONREF",
        wrapped(
            f"/TRTP/SEPA OVERBOEKING/IBAN/{p.iban}/BIC/ABNANL2A/NAME/{p.name}/REMI/{p.text}/EREF/NOTPROVIDED"
        ),
    ),
    "abn amro columns": lambda p: (_61(p) + "N654NONREF", _abn_columns(p)),
    "ing": lambda p: (
        _61(p) + "NTRFNONREF//14237654096217\n/TRCD/00100/",
        wrapped(f"/CNTP/{p.iban}/INGBNL2A/{p.name}///REMI/USTD//{p.text}/", 61),
    ),
    "rabobank": lambda p: (
        _61(p, entry=False).replace(comma(p.amount), comma(p.amount).zfill(15)) + f"N541EREF\n{p.iban}",
        wrapped(f"/EREF/NOTPROVIDED/{_party(p)}//NAME/{p.name}/REMI/{p.text}/ISDT/2026-10-01"),
    ),
    "knab": lambda p: (
        _61(p) + "N110NONREF//B6D29PGWUM0RDZ4H",
        wrapped(f"/TRTP/SEPA OVERBOEKING/IBAN/{p.iban}/BIC/KNABNL2H/NAME/{p.name}/EREF/X1/REMI/{p.text}"),
    ),
    "knab before 2016": lambda p: (
        _61(p) + "NTRFNONREF//B6D29PGWUM0RDZ4H",
        wrapped(p.text) + f"\nREK: {p.iban}/NAAM: {p.name}",
    ),
    "triodos": lambda p: (
        _61(p, entry=False) + "NET0NONREF",
        wrapped(f"/CNTP/{p.iban}/TRIONL2U/{p.name}/BREDA//EREF/NOTPROVIDED//REMI/USTD//{p.text}/", 61),
    ),
    "bunq": lambda p: (_61(p) + "NTRFNONREF", f"/IBAN/{p.iban}/NAME/{p.name}/REMI/{p.text}"),
    "asn": lambda p: (
        _61(p) + f"NOVB{p.iban}\n{p.name.lower()}",
        f"{p.iban} {p.name.lower()}\n{' ' * 65}\n"
        + "\n".join(p.text[at : at + 65].ljust(65) for at in range(0, len(p.text), 65))
        + f"\n{' ' * 65}",
    ),
}


def mt940(dialect: str, payments: Iterable[Payment] = MONTH, opening: Decimal = OPENING) -> str:
    payments = [*payments]
    closing = opening + sum((payment.amount for payment in payments), ZERO)
    lines = [":20:STMT", f":25:{OWN} EUR", ":28C:1/1", f":60F:C260930EUR{comma(opening)}"]
    for payment in payments:
        entry, text = DIALECTS[dialect](payment)
        lines += [entry, ":86:" + text]
    lines += [f":62F:C261031EUR{comma(closing)}", ":86:/SUM/2/2/1037,25/121,05/", "-"]
    return "\r\n".join("\n".join(lines).split("\n")) + "\r\n"


def _dutch(amount: Decimal) -> str:
    whole, _, cents = str(abs(amount)).partition(".")
    return ("-" if amount < 0 else "") + f"{int(whole):,}".replace(",", ".") + "," + cents


def _quoted(*values: str, delimiter: str = ";") -> str:
    return delimiter.join('"' + value.replace('"', '""') + '"' for value in values)


def _running(payments: list[Payment]) -> list[tuple[Payment, Decimal]]:
    balance, rows = OPENING, []
    for payment in payments:
        balance += payment.amount
        rows.append((payment, balance))
    return rows


def table(bank: str, payments: Iterable[Payment] = MONTH) -> str:
    """The payments in the table of a bank."""
    rows = _running([*payments])
    head, line, newest_first = TABLES[bank]
    lines = [line(payment, balance) for payment, balance in rows]
    return "\n".join([*head, *(lines[::-1] if newest_first else lines)]) + "\n"


def _ing(p: Payment, balance: Decimal) -> str:
    words = (
        f"Naam: {p.name} Omschrijving: {p.text} IBAN: {p.iban} Kenmerk: NOTPROVIDED Valutadatum: 30-09-2026"
    )
    side = "Bij" if p.amount > 0 else "Af"
    return _quoted(
        f"{p.day:%Y%m%d}", p.name, OWN, p.iban, "OV", side, comma(p.amount), "Overschrijving", words,
        _dutch(balance), "",
    )  # fmt: skip


_ING = ("Datum", "Naam / Omschrijving", "Rekening", "Tegenrekening", "Code", "Af Bij", "Bedrag (EUR)",
        "Mutatiesoort", "Mededelingen", "Saldo na mutatie", "Tag")  # fmt: skip
_RABO = [
    "IBAN/BBAN",
    "Munt",
    "BIC",
    "Volgnr",
    "Datum",
    "Rentedatum",
    "Bedrag",
    "Saldo na trn",
    "Tegenrekening IBAN/BBAN",
    "Naam tegenpartij",
    "Naam uiteindelijke partij",
    "Naam initiërende partij",
    "BIC tegenpartij",
    "Code",
    "Batch ID",
    "Transactiereferentie",
    "Machtigingskenmerk",
    "Incassant ID",
    "Betalingskenmerk",
    "Omschrijving-1",
    "Omschrijving-2",
    "Omschrijving-3",
    "Reden retour",
    "Oorspr bedrag",
    "Oorspr munt",
    "Koers",
]


def _rabo(p: Payment, balance: Decimal) -> str:
    texts = (p.text[:35], p.text[35:70] or " ", p.text[70:])
    signed = ("+" if p.amount > 0 else "-") + comma(p.amount)
    return _quoted(
        OWN, "EUR", "RABONL2U", f"{int(balance * 100):018}", f"{p.day}", "2026-09-30", signed, "+" + comma(balance),
        p.iban, p.name, "", "", "", "cb", "", "", "", "", "", *texts, "", "", "", "", delimiter=",",
    )  # fmt: skip


def _abn(p: Payment, balance: Decimal) -> str:
    words = "".join(line.ljust(65) for line in _abn_columns(p).split("\n"))
    before = comma(balance - p.amount)
    return "\t".join(
        [NUMBER, "EUR", f"{p.day:%Y%m%d}", before, comma(balance), "20260930", _dutch(p.amount), words]
    )


def _triodos(p: Payment, balance: Decimal) -> str:
    side = "Credit" if p.amount > 0 else "Debet"
    return _quoted(
        f"{p.day:%d-%m-%Y}",
        OWN,
        comma(p.amount),
        side,
        p.name,
        p.iban,
        "ET",
        p.text,
        _dutch(balance),
        delimiter=",",
    )


def _asn(p: Payment, balance: Decimal) -> str:
    day = f"{p.day:%d-%m-%Y}"
    return ",".join(
        [day, OWN, p.iban, p.name, "", "", "", "EUR", f"{balance - p.amount}", "EUR", f"{p.amount}", day,
         "30-09-2026", "8810", "OVB", "90043054", "", f"'{p.text}'", "42"]
    )  # fmt: skip


def _knab(p: Payment, balance: Decimal) -> str:
    side, day = "C" if p.amount > 0 else "D", f"{p.day:%d-%m-%Y}"
    return (
        _quoted(OWN, "30-09-2026", "EUR", side, comma(p.amount), p.iban, p.name, "30-09-2026", "Overboeking", p.text,
                "", "", "", "", f"B{int(balance * 100)}", day)
        + ";"
    )  # fmt: skip


def _bunq(p: Payment, balance: Decimal) -> str:
    return _quoted(f"{p.day}", f"{p.day}", _dutch(p.amount), OWN, p.iban, p.name, p.text, delimiter=",")


TABLES = {
    "ing": ([_quoted(*_ING)], _ing, True),
    "rabobank": ([_quoted(*_RABO, delimiter=",")], _rabo, False),
    "abn amro": ([], _abn, False),
    "triodos": ([], _triodos, True),
    "asn": ([], _asn, False),
    "knab": (
        [
            "KNAB EXPORT;;;;;;;;;;;;;;;;",
            "Rekeningnummer;Transactiedatum;Valutacode;CreditDebet;Bedrag;Tegenrekeningnummer;Tegenrekeninghouder;"
            "Valutadatum;Betaalwijze;Omschrijving;Type betaling;Machtigingsnummer;Incassant ID;Adres;Referentie;"
            "Boekdatum;",
        ],
        _knab,
        True,
    ),
    "bunq": (
        [
            _quoted(
                "Date",
                "Interest Date",
                "Amount",
                "Account",
                "Counterparty",
                "Name",
                "Description",
                delimiter=",",
            )
        ],
        _bunq,
        False,
    ),
}
