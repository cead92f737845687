"""What banks hand out is read as they mean it, and refused whole where it is no statement."""

import io
import re
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import bank_coop
import bank_files
import pytest
from bank_files import CLOSING, MONTH, NUMBER, OPENING, OWN, Payment, camt, mt940, table
from conftest import REPOSITORY, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from scharrel.formats import bank, camt_entry
from scharrel.formats.bank import read_bank_file
from scharrel.formats.camt import read_camt, stream_camt
from scharrel.formats.records import BankLine, BankStatement, UnreadableBankFile, table_amount
from scharrel.text.words import Words, catalogue

FORMATS = REPOSITORY / "scharrel/formats"
ALL = {
    **{f"camt.{version}": camt(version=version) for version in ("053.001.02", "053.001.08", "052.001.14")},
    **{f"mt940 {dialect}": mt940(dialect) for dialect in bank_files.DIALECTS},
    **{f"csv {name}": table(name) for name in bank_files.TABLES},
}


def one(content: str | bytes) -> BankStatement:
    _, (statement,) = read_bank_file(content.encode() if isinstance(content, str) else content)
    return statement


def only(content: str | bytes) -> BankLine:
    (line,) = one(content).lines
    return line


def refused(content: str | bytes, code: str, line: int = 1) -> dict[str, str]:
    with pytest.raises(UnreadableBankFile) as wrong:
        read_bank_file(content.encode() if isinstance(content, str) else content)
    assert (wrong.value.code, wrong.value.line) == (code, line)
    for language in ("nl", "en"):
        assert Words(language)(f"problem.{code}", **wrong.value.values)
    return wrong.value.values


@pytest.mark.parametrize("kind", ALL)
def test_the_same_month_is_the_same_in_every_format(kind: str) -> None:
    found, (statement,) = read_bank_file(ALL[kind].encode())
    assert kind.startswith(found)
    assert statement.account == (NUMBER if kind == "csv abn amro" else OWN)
    assert (statement.first, statement.last) == (date(2026, 10, 1), date(2026, 10, 31))
    lines = [Payment(*line[:5]) for line in statement.lines]
    if kind == "mt940 asn":  # which writes every name small
        assert [line.name for line in lines] == [payment.name.lower() for payment in MONTH]
        lines = [line._replace(name=payment.name) for line, payment in zip(lines, MONTH, strict=True)]
    assert lines == MONTH
    without = kind in ("csv knab", "csv bunq")
    assert (statement.opening, statement.closing) == ((None, None) if without else (OPENING, CLOSING))
    assert not statement.pending
    assert not statement.warnings


@pytest.mark.parametrize("kind", ALL)
def test_a_line_says_where_it_stands(kind: str) -> None:
    rows = re.split("\r?\n", ALL[kind])
    starts = {"camt": "<Ntry>", "mt940": ":61:"}.get(kind.split(".", maxsplit=1)[0].split(maxsplit=1)[0], "")
    for line in one(ALL[kind]).lines:
        row = rows[line.line - 1]
        assert row.startswith(starts)
        assert starts or (line.name in row and line.text[:9] in row)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("kind", ["mt940 ing", "csv rabobank", "csv abn amro"])
def test_other_ways_to_save_a_text_are_read_too(kind: str, encoding: str) -> None:
    content = ALL[kind].replace("Buurthuis", "Caféhuis")
    assert one(content.encode(encoding)).lines[0].name == "Caféhuis De Hoek"


def test_xml_is_read_in_the_encoding_that_it_names() -> None:
    content = camt().replace("Buurthuis", "Caféhuis")
    for encoding in ("iso-8859-1", "windows-1252", "utf-16"):
        said = content.replace("UTF-8", encoding).encode(encoding)
        assert one(said).lines[0].name == "Caféhuis De Hoek"


# CAMT


def test_entries_that_are_built_alike_are_read_as_those_that_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    more = [MONTH[number % 4]._replace(text=f"factuur {number} {'&' * (number % 3)}") for number in range(40)]
    content = camt(more).replace("factuur 7 ", "caf&#233; 7 &lt;&quot;")
    read = one(content)
    monkeypatch.setattr(camt_entry, "_MAX_SHAPES", 0)
    assert one(content) == read
    more[7] = more[7]._replace(text='café 7 <"&')
    assert [line.text for line in read.lines] == [payment.text.strip() for payment in more]
    refused(content.replace("factuur 9 ", "factuur &nbsp; "), "bank-xml", 78)


def test_prefixes_comments_and_quoted_text_change_nothing() -> None:
    plain = camt()
    prefixed = re.sub(r"<(/?)(?=[A-Z])", r"<\1ns2:", plain).replace("xmlns=", "xmlns:ns2=")
    hidden = "<!-- <Ntry>\n</Ntry> --><?keep <Ntry> ?>\n"
    commented = plain.replace("<Ntry>\n", hidden + "<Ntry>\n", 1)
    marked = plain.replace("R+D &amp; Zn", "<![CDATA[R+D & Zn]]>")
    spaced = plain.replace("<Ntry>", '<Ntry xmlns="urn:x">').replace("</Ntry>", "</Ntry >")
    assert one(prefixed) == one(marked) == one(spaced) == one(plain)
    moved = [line._replace(line=line.line - 2) for line in one(commented).lines]
    assert tuple(moved) == one(plain).lines


def test_every_version_is_read_alike() -> None:
    for number in range(2, 15):
        for message in ("052", "053"):
            assert one(camt(version=f"{message}.001.{number:02}")).lines == one(camt()).lines


def test_the_booking_date_counts_else_the_only_day_else_the_value_date() -> None:
    at = "<BookgDt><DtTm>2026-10-01T23:30:00+02:00</DtTm></BookgDt>"
    entry = camt([MONTH[0]])
    booked = "<BookgDt><Dt>2026-10-01</Dt></BookgDt>"
    assert only(entry.replace(booked, at)).day == date(2026, 10, 1)
    assert only(entry.replace(booked, "")).day == date(2026, 10, 1)
    longer = entry.replace("<Dt><Dt>2026-10-01</Dt></Dt></Bal>", "<Dt><Dt>2026-09-25</Dt></Dt></Bal>", 1)
    assert only(longer.replace(booked, "")).day == date(2026, 9, 30)
    refused(re.sub("<ValDt>.*</ValDt>", "", longer.replace(booked, "")), "bank-day", 10)


def test_a_reversal_has_the_sign_of_its_side_and_the_other_party() -> None:
    back = MONTH[1]._replace(amount=Decimal("1034.75"))
    entry = camt([back]).replace("Dbtr", "Cdtr").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    ours = f"<RltdPties><Dbtr><Nm>Wij</Nm></Dbtr><DbtrAcct><Id><IBAN>{OWN}</IBAN></Id></DbtrAcct>"
    for line in (only(entry), only(entry.replace("<RltdPties>", ours))):
        assert (line.amount, line.name, line.iban) == (back.amount, back.name, back.iban)


def test_only_booked_entries_are_lines() -> None:
    both = camt(MONTH[:2]).replace("<Sts>BOOK</Sts>", "<Sts>PDNG</Sts>", 1)
    assert (one(both).pending, [line.amount for line in one(both).lines]) == (1, [MONTH[1].amount])
    newer = camt(MONTH[:2], "053.001.08").replace("<Cd>BOOK</Cd>", "<Cd>INFO</Cd>", 1)
    assert one(newer).pending == 1


def test_the_reference_is_the_banks_own() -> None:
    none = camt().replace("<AcctSvcrRef>", "<!--").replace("</AcctSvcrRef>", "-->")
    count = iter(range(1, 9))
    counted = re.sub("<Ntry>", lambda _: f"<Ntry><NtryRef>{next(count)}</NtryRef>", none)
    named = re.sub("<NtryRef>", "<NtryRef>2026-77-", counted)
    assert [line.reference for line in one(none).lines] == [""] * 4
    assert [line.reference for line in one(counted).lines] == [""] * 4
    assert [line.reference for line in one(named).lines] == [f"2026-77-{number}" for number in range(1, 5)]
    both = camt([MONTH[0]]).replace("<Ntry>", "<Ntry><NtryRef>2026-1</NtryRef>")
    assert only(both).reference == "4711-0"


def batch(parts: list[tuple[str, str]], whole: str, more: str = "") -> str:
    """An entry of several details, each an amount and a reference of its own or none."""
    payment = MONTH[1]._replace(amount=-Decimal(whole))
    entry = camt([payment])
    detail = re.search("<TxDtls>.*</TxDtls>", entry, re.DOTALL)
    assert detail
    details = "".join(
        detail[0].replace("<Refs>", f"<Refs>{own and f'<AcctSvcrRef>{own}</AcctSvcrRef>'}")
        .replace("</Refs>", f'</Refs><AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>')
        .replace("Zuid", f"Zuid {amount}")
        for amount, own in parts
    )  # fmt: skip
    return entry.replace(detail[0], more + details)


def test_a_batch_is_a_line_for_each_detail_when_they_add_up() -> None:
    lines = one(batch([("10.00", "D1"), ("2.50", ""), ("0.01", "D1")], "12.51")).lines
    assert [line.amount for line in lines] == [Decimal("-10.00"), Decimal("-2.50"), Decimal("-0.01")]
    assert [line.name for line in lines][:2] == ["Woonstichting Zuid 10.00", "Woonstichting Zuid 2.50"]
    # Two details share a reference, so it tells neither.
    assert [line.reference for line in lines] == ["4711-0/1", "4711-0/2", "4711-0/3"]
    own = one(batch([("10.00", "D1"), ("2.50", "D2")], "12.50")).lines
    assert [line.reference for line in own] == ["D1", "D2"]


def test_a_batch_that_does_not_add_up_stays_one_line_with_a_warning() -> None:
    for content in (
        batch([("10.00", ""), ("2.50", "")], "12.51"),
        batch([("12.51", "")], "12.51", "<Btch><NbOfTxs>12</NbOfTxs><PmtInfId>RUN-1</PmtInfId></Btch>"),
    ):
        statement = one(content)
        assert [code for _, code in statement.warnings] == ["bank-batch"]
        (line,) = statement.lines
        assert (line.amount, line.name, line.reference) == (Decimal("-12.51"), "", "4711-0")
    assert "RUN-1" in only(content).given
    assert Words("nl")("problem.bank-batch")


def test_charges_and_foreign_amounts_are_not_the_amount() -> None:
    other = (
        '<AmtDtls><InstdAmt><Amt Ccy="USD">99.00</Amt></InstdAmt></AmtDtls>'
        '<Chrgs><Amt Ccy="EUR">3.00</Amt></Chrgs>'
    )
    content = camt([MONTH[0]], entry=other).replace("<Refs>", other + "<Refs>")
    assert only(content).amount == MONTH[0].amount


def test_a_structured_reference_is_the_text_only_where_there_is_no_other() -> None:
    strd = "<Strd><CdtrRefInf><Ref>0001234512345678</Ref></CdtrRefInf></Strd>"
    content = camt([MONTH[0]])
    assert only(content.replace("</Ustrd>", "</Ustrd>" + strd)).text == MONTH[0].text
    assert only(re.sub("<Ustrd>.*</Ustrd>", strd, content)).text == "0001234512345678"


def test_the_days_are_those_that_the_statement_names() -> None:
    named = "<FrToDt><FrDtTm>2026-09-28T00:00:00</FrDtTm><ToDtTm>2026-11-03T{}</ToDtTm></FrToDt>"
    assert one(camt(head=named.format("23:59:59"))).last == date(2026, 11, 3)
    statement = one(camt(head=named.format("00:00:00+01:00")))
    assert (statement.first, statement.last) == (date(2026, 9, 28), date(2026, 11, 2))


def test_an_account_can_be_a_number() -> None:
    assert one(camt(account="<Othr><Id>12.34.56.789</Id></Othr>")).account == "123456789"


def test_a_report_needs_balances_and_interim_ones_will_do() -> None:
    interim = one(camt(version="052.001.02", balances=("ITBD", "ITBD")))
    assert (interim.opening, interim.closing) == (OPENING, CLOSING)
    previous = one(camt(version="052.001.02", balances=("PRCD", "ITBD")))
    assert (previous.opening, previous.closing) == (OPENING, CLOSING)
    refused(camt(version="052.001.02", balances=("OPBD", "CLAV")), "bank-no-balances", 5)


def test_pages_are_one_statement() -> None:
    pages = "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"
    first = camt(MONTH[:2], head=pages, balances=("OPBD", "ITBD"))
    half = OPENING + MONTH[0].amount + MONTH[1].amount
    second = camt(MONTH[2:], opening=half, balances=("ITBD", "CLBD")).split("<Stmt>")[1]
    statement = one(first.replace("</Stmt>", "</Stmt>\n<Stmt>" + second.split("</Stmt>")[0] + "</Stmt>"))
    assert (statement.opening, statement.closing, len(statement.lines)) == (OPENING, CLOSING, 4)


# MT940


def swift(*lines: str, opening: str = "C261011EUR100,00", closing: str = "C261012EUR100,00") -> str:
    return "\n".join([":20:1", f":25:{OWN}", ":28C:1", f":60F:{opening}", *lines, f":62F:{closing}", "-", ""])


@pytest.mark.parametrize(
    ("mark", "amount"), [("C", "5.00"), ("D", "-5.00"), ("RC", "-5.00"), ("RD", "5.00"), ("CR", "5.00")]
)
def test_what_is_taken_back_has_the_other_sign(mark: str, amount: str) -> None:
    assert only(swift(f":61:2610121012{mark}5,NTRFNONREF")).amount == Decimal(amount)


def test_the_day_is_that_of_entry_in_its_own_year() -> None:
    assert only(swift(":61:2610101012C5,NTRFNONREF")).day == date(2026, 10, 12)
    assert only(swift(":61:2601021231C5,NTRFNONREF")).day == date(2025, 12, 31)
    assert only(swift(":61:261011C5,NTRFNONREF")).day == date(2026, 10, 11)
    for value in ("261010", "261014"):
        assert only(swift(f":61:{value}C5,NTRFNONREF")).day == date(2026, 10, 12)
    assert only(swift(":61:261010C5,NTRFNONREF", opening="C261012EUR0,")).day == date(2026, 10, 12)


def test_a_statement_that_is_called_by_its_day_is_of_that_day() -> None:
    of_a_day = swift(":61:261011D5,N093NONREF", ":61:261013D6,N093NONREF").replace(":20:1", ":20:940S261012")
    statement = one(of_a_day)
    assert {line.day for line in statement.lines} == {date(2026, 10, 12)}
    assert (statement.first, statement.last) == (date(2026, 10, 12), date(2026, 10, 12))


def test_the_reference_is_what_follows_two_slashes() -> None:
    assert only(swift(":61:2610121012C5,NTRFNONREF//B6D29PGWUM0RDZ4H")).reference == "B6D29PGWUM0RDZ4H"
    assert (
        only(swift(":61:2610121012C5,NACC0002445588//1234432112344321\nnaam")).reference == "1234432112344321"
    )
    assert only(swift(":61:2610121012C5,NTRFNONREF//NONREF")).reference == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/CNTP/NL91ABNA0417164300/ABNANL2A/Buurthuis///RE\nMI/USTD//factuur 2026-00\n12/", "factuur 2026-0012"),
        ("/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/NAME/Buurthuis/REMI/factuur 2026-\n0012", "factuur 2026-0012"),
        ("/ORDP//NAME/Buurthuis/REMI/5087/5781/a/EREF/X", "5087/5781/a"),
        ("/ORDP//NAME/Buurthuis/REMI//REMI/factuur 3/ISDT/2026-10-12", "factuur 3"),
        ("/BENM//NAME/Belastingdienst/REMI//CDTRREFTP//CD/SCOR/ISSR/CUR/CDTRREF/1234567899874563", "1234567899874563"),
        ("/REMI/STRD/CUR/5000123412341234/", "5000123412341234"),
        ("/NAME/WEBWINKEL/REMI/WEBWINKEL Dublin, IE\n17.98 USD, 1 USD = 0.98 EUR", "WEBWINKEL Dublin, IE 17.98 USD, 1 USD = 0.98 EUR"),
        ("factuur 2026-0012\nvan oktober", "factuur 2026-0012 van oktober"),
        ("RABO BETAALVERZOEK " + "x" * 46 + "\nyz", "RABO BETAALVERZOEK " + "x" * 46 + "yz"),
        ("000>100000000000\n>20RABONL2U\n>21NL91ABNA0417164300\n>22HUUR OKT>23OBER\n>310390123456", "HUUR OKTOBER"),
        ("BEA, Betaalpas                   Bakker Bol,PAS123\nNR:1, 12.10.26/12:34", "BEA, Betaalpas Bakker Bol,PAS123 NR:1, 12.10.26/12:34"),
    ],
)  # fmt: skip
def test_the_text_is_the_words_without_the_keywords(text: str, words: str) -> None:
    assert only(swift(":61:2610121012C5,NTRFNONREF", ":86:" + text)).text == words


def test_why_a_payment_came_back_is_what_the_bank_says_of_it() -> None:
    reason = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>rekening\nopgeheven</AddtlInf></RtrInf>"
    content = camt([MONTH[0]]).replace("</RmtInf>", f"</RmtInf>{reason}")
    assert only(content).returned == "AC04 rekening opgeheven"
    text = ":86:/EREF/X/RTRN/MS03//ORDP//NAME/Buurthuis/REMI/uitbetaling"
    line = only(swift(":61:2610121012C5,NTRFNONREF", text))
    assert (line.returned, line.text) == ("MS03", "uitbetaling")


def test_a_blank_at_the_end_of_a_line_is_a_blank() -> None:
    text = "/TRTP/IDEAL/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/Buurthuis "
    whole = text + "x" * (65 - len(text) - 5) + "/REM"
    assert only(swift(":61:2610121012C5,NTRFNONREF", f":86:{whole}\nI/drie\n fietsen")).text == "drie fietsen"
    stripped = "/TRTP/IDEAL/NAME/B/REMI/".ljust(64, "x")
    assert only(swift(":61:2610121012C5,NTRFNONREF", f":86:{stripped}\nfiets")).text == "x" * 40 + " fiets"


def test_what_follows_the_closing_balance_is_no_text() -> None:
    content = swift(":61:2610121012C5,NTRFNONREF").replace("\n-\n", "\n:86:/SUM/1/1/5,00/0,00/\n-\n")
    assert only(content).text == ""


def test_accounts_are_known_by_their_number_alone() -> None:
    for written in (f"{OWN} EUR", f"{OWN}EUR", "NL02 ABNA 0123 4567 89", f"TRIODOSBANK/{OWN}"):
        assert one(swift().replace(OWN, written)).account == OWN


def test_pages_of_mt940_are_one_statement() -> None:
    first = swift(":61:2610121012C5,NTRFNONREF").replace(":62F:C261012EUR100,00", ":62M:C261012EUR105,00")
    second = swift(":61:2610121012C6,NTRFNONREF", opening="C261012EUR105,00", closing="C261012EUR111,00")
    statement = one(first + second.replace(":60F:", ":60M:"))
    assert (statement.opening, statement.closing) == (Decimal(100), Decimal(111))
    assert [line.amount for line in statement.lines] == [Decimal(5), Decimal(6)]


def test_each_message_is_a_statement_in_order_of_days() -> None:
    other = swift(opening="C261012EUR100,00", closing="C261013EUR100,00")
    _, statements = read_bank_file((other + "\x1a" + swift()).encode())
    assert [statement.last for statement in statements] == [date(2026, 10, 12), date(2026, 10, 13)]


# Tables


def test_an_amount_is_read_however_it_is_written() -> None:
    written = {
        "-1.034,75": "-1034.75", "1,200.00": "1200.00", "+121,00": "121.00", "12.5": "12.50", "1234,56-": "-1234.56",
        "1.234": "1234.00", "1234567,8": "1234567.80", "−89,99": "-89.99", "0": "0.00", "7,": "7.00",
    }  # fmt: skip
    assert {text: str(table_amount(text)) for text in written} == written
    for text in ("", "x", "1.23.4", "12,345,6", "--1", "1e5", "1,2345", "٣"):
        with pytest.raises(UnreadableBankFile):
            table_amount(text)


def test_rows_stand_oldest_first_by_their_balances_else_their_days() -> None:
    day = [payment._replace(day=date(2026, 10, 5)) for payment in MONTH]
    for bank_name in ("ing", "triodos", "asn", "rabobank"):
        statement = one(table(bank_name, day))
        assert [line.amount for line in statement.lines] == [payment.amount for payment in day]
        assert (statement.opening, statement.closing) == (OPENING, CLOSING)
    newest_first = one(table("knab"))
    assert [line.day for line in newest_first.lines] == [payment.day for payment in MONTH]


def test_two_accounts_in_one_table_are_two_statements() -> None:
    both = table("rabobank") + table("rabobank").split("\n", 1)[1].replace(OWN, "NL44RABO0123456789")
    _, statements = read_bank_file(both.encode())
    assert [statement.account for statement in statements] == [OWN, "NL44RABO0123456789"]


def test_other_headers_of_the_same_banks_are_known() -> None:
    english = table("ing")
    for dutch, other in {
        "Datum": "Date", "Naam / Omschrijving": "Name / Description", "Rekening": "Account", "Mededelingen": "Notifications",
        "Tegenrekening": "Counterparty", "Af Bij": "Debit/credit", "Bedrag (EUR)": "Amount (EUR)", '"Af"': '"Debit"',
        "Saldo na mutatie": "Resulting balance", '"Bij"': '"Credit"', "Naam: ": "Name: ", " Omschrijving:": " Description:",
        "Kenmerk: ": "Reference: ", "Valutadatum: ": "Value date: ",
    }.items():  # fmt: skip
        english = re.sub(
            rf'(?<!["]Tegen)(?<!\w){re.escape(dutch)}' if dutch[0] != '"' else dutch, other, english
        )
    assert one(english).lines == one(table("ing")).lines
    old = re.sub(r';"[^;"]*";""$|;"Saldo na mutatie";"Tag"', "", table("ing"), flags=re.MULTILINE).replace(
        ";", ","
    )
    assert one(old).lines == one(table("ing")).lines
    assert one(old).closing is None
    header = "accountNumber;mutationcode;transactiondate;valuedate;startsaldo;endsaldo;amount;description\n"
    row = f"{NUMBER};EUR;20261012;20261012;100,00;95,50;-4,50;/TRTP/IDEAL/IBAN/NL91ABNA0417164300/NAME/X/REMI/y\n"
    for content in (header + row, header.replace(";", ",") + row.replace(",", ".").replace(";", ",")):
        assert only(content)[1:5] == (Decimal("-4.50"), "X", "NL91ABNA0417164300", "y")


def test_an_apostrophe_in_a_name_is_no_quotation_mark() -> None:
    payments = [MONTH[0]._replace(name="'t Hoekje"), MONTH[1]._replace(name="foto's")]
    assert [line.name for line in one(table("asn", payments)).lines] == ["'t Hoekje", "foto's"]
    asn = "Boekingsdatum,Opdrachtgeversrekening,Tegenrekeningnummer,Naam tegenrekening,x,x,x,Valutasoort rekening,"
    asn += "Saldo rekening voor mutatie,Valutasoort mutatie,Transactiebedrag,x,x,x,x,x,Betalingskenmerk,Omschrijving,x\n"
    assert one(asn + table("asn")).lines[2].text == MONTH[2].text


def test_a_table_without_its_balance_column_is_read() -> None:
    older = re.sub(',"[^"]*"$', "", table("triodos"), flags=re.MULTILINE)
    assert one(older).lines == one(table("triodos")).lines
    assert one(older).opening is None


def test_what_is_nobodys_words_is_told_in_the_banks() -> None:
    for words in (
        "/TRTP/SEPA Incasso Batch/PREF/5/NRTX/11/",
        "SEPA Incasso Batch".ljust(33) + "Referentie: t-1".ljust(32) + "Aantal opdrachten: 2",
    ):
        row = f"{NUMBER}\tEUR\t20261012\t1,00\t2,00\t20261012\t1,00\t{words}\n"
        assert only(row).text == "SEPA Incasso Batch"


def test_a_column_too_many_is_refused() -> None:
    refused(table("bunq") + '"2026-10-12","2026-10-12","1","x","","naam","een","twee"\n', "bank-field", 6)


# Text that no one can trust


@pytest.mark.parametrize("kind", ALL)
def test_nothing_in_a_text_can_steer_a_screen(kind: str) -> None:
    bad = "fac\u202etuur\u200b \x1b[31m2026\u2028-\x850012\x7f"
    content = ALL[kind].replace("factuur 2026-0012", "@").replace("Buurthuis", "Buur\u2066t\u0007huis")
    if kind.startswith("camt"):
        content, bad = content.replace("\u0007", ""), bad.replace("\x1b", "")
    line = one(content.replace("@", bad)).lines[0]
    assert (line.name.lower(), line.text.isprintable()) == ("buurthuis de hoek", True)
    assert re.fullmatch(r"factuur (\[31m)?2026 ?- ?0012", line.text)


# Refused


def zipped(*files: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def test_a_zip_gives_all_its_parts() -> None:
    content = zipped(
        ("b/oktober.xml", camt().encode()), ("september.sta", swift().encode()), ("__MACOSX/x", b"?")
    )
    kind, statements = read_bank_file(content)
    assert kind == "camt.053.001.02, mt940"
    assert [statement.part for statement in statements] == ["b/oktober.xml", "september.sta"]
    with pytest.raises(UnreadableBankFile) as wrong:
        read_bank_file(zipped(("goed.xml", camt().encode()), ("fout.pdf", b"%PDF-1.7")))
    assert (wrong.value.code, wrong.value.part) == ("bank-pdf", "fout.pdf")


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n'


@pytest.mark.parametrize(
    ("code", "content", "line"),
    [
        ("bank-empty", b"", 1),
        ("bank-empty", b"\xef\xbb\xbf \r\n", 1),
        ("bank-picture", b"\x89PNG\r\n\x1a\n", 1),
        ("bank-picture", b"\0\0\0\x18ftypheic", 1),
        ("bank-html", b"\n<!DOCTYPE html><html><body>Inloggen</body></html>", 1),
        ("bank-pdf", b"%PDF-1.7\n", 1),
        ("bank-spreadsheet", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1),
        ("bank-spreadsheet", zipped(("[Content_Types].xml", b"<x/>")), 1),
        ("bank-archive", b"\x1f\x8b\x08\0", 1),
        ("bank-binary", b"a\0b", 1),
        ("bank-kind", b"Datum;Bedrag\n1-1-2026;5,00\n", 1),
        ("bank-kind", b"hallo", 1),
        ("bank-message", camt().replace("camt.053", "camt.054").encode(), 1),
        ("bank-message", camt(version="053.001.01").encode(), 1),
        ("bank-message", b"<a><b/></a>", 1),
        ("bank-encoding", camt().encode().replace(b"Buurthuis", b"Caf\xe9"), 14),
        ("bank-encoding", b'<?xml version="1.0" encoding="klingon"?><a/>', 1),
        ("bank-xml", camt().replace("</Amt>", "</Bmt>", 3).encode(), 8),
        ("bank-xml", camt().replace("</Stmt>", "").encode(), 39),
        ("bank-xml", camt()[:1500].encode(), 17),
        ("bank-dtd", (BOMB + camt().partition("\n")[2]).encode(), 2),
        ("bank-zip", zipped(("a.xml", camt().encode()))[:-30], 1),
        ("bank-zip", zipped(("a.xml", camt().encode())).replace(b"\x08\0", b"\x63\0"), 1),
        (
            "bank-zip",
            bytes(sign ^ (200 < place < 300) for place, sign in enumerate(zipped(("a", camt().encode())))),
            1,
        ),
        ("bank-zip-nested", zipped(("a.zip", zipped(("b.xml", b"")))), 1),
        ("bank-no-statement", re.sub("<Stmt>.*</Stmt>", "", camt(), flags=re.DOTALL).encode(), 1),
        ("bank-no-statement", table("ing", []).encode(), 1),
        ("bank-no-account", camt(account="").encode(), 5),
        ("bank-no-balances", swift().replace(":62F:", ":64:").encode(), 1),
        ("bank-currencies", camt().replace('"EUR">1034', '"USD">1034').encode(), 17),
        ("bank-currencies", swift(closing="C261012USD100,00").encode(), 5),
        ("bank-field", camt().replace("CRDT", "KRDT", 3).encode(), 5),
        ("bank-field", swift(":61:morgen").encode(), 5),
        ("bank-field", table("ing").replace('"Bij"', '"Erbij"', 1).encode(), 3),
        ("bank-day", camt().replace("2026-10-12", "2026-02-30").encode(), 24),
        ("bank-day", swift(":61:2602300230C5,NTRFNONREF").encode(), 5),
        ("bank-day", table("rabobank").replace('"2026-10-31"', '"2026-13-31"').encode(), 5),
        ("bank-amount", camt().replace(">0.05<", ">0.051<").encode(), 24),
        ("bank-amount", swift(":61:2610121012C5,123NTRFNONREF").encode(), 5),
        ("bank-amount", table("bunq").replace('"0,05"', '"nul"').encode(), 4),
        ("bank-too-large", camt([MONTH[0]._replace(amount=Decimal(10) ** 9)]).encode(), 5),
        ("bank-too-large", swift(":61:2610121012C999999999999,NTRFNONREF").encode(), 5),
        ("bank-too-large", table("knab").replace('"0,05"', '"9999999999,05"').encode(), 4),
        ("bank-text", camt([MONTH[0]._replace(text="x" * 5000)]).encode(), 10),
    ],
)
def test_what_is_no_statement_is_refused_whole(code: str, content: bytes, line: int) -> None:
    refused(content, code, line)


def test_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("bank_csv", "camt", "mt940"):
        monkeypatch.setattr(f"scharrel.formats.{module}.MAX_BANK_LINES", 3)
    for content, line in ((camt(), 31), (mt940("ing"), 1), (table("ing"), 5)):
        assert refused(content, "bank-too-many", line) == {"limit": "3"}
    refused(b"x" * (bank.MAX_BANK_BYTES + 1), "bank-too-long")
    refused(zipped(("a", b"0" * (bank.MAX_BANK_BYTES + 1))), "bank-too-long")
    refused(zipped(*((str(number), b"") for number in range(bank.MAX_ZIPPED + 1))), "bank-zip-many")


def test_every_refusal_is_provoked_here() -> None:
    codes = r'"(bank-[a-z-]+)"'
    told = {code for path in FORMATS.glob("*.py") for code in re.findall(codes, path.read_text("utf-8"))}
    assert told == set(re.findall(codes, Path(__file__).read_text("utf-8")))
    assert told <= catalogue("nl")["problem"].keys()


@settings(max_examples=examples(120), deadline=None)
@given(
    st.sampled_from(sorted(ALL)),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=3), st.integers(0, 9)), max_size=6
    ),
)
def test_damage_gives_lines_or_a_refusal(kind: str, damage: list[tuple[float, bytes, int]]) -> None:
    content = ALL[kind].encode()
    for place, put, taken in damage:
        at = int(place * len(content))
        content = content[:at] + put + content[at + taken :]
    statements, wrong = [], None
    try:
        _, statements = read_bank_file(content)
    except UnreadableBankFile as error:
        wrong = error
    assert not wrong or (Words("nl")(f"problem.{wrong.code}", **wrong.values) and wrong.line >= 1)
    for line in (line for statement in statements for line in statement.lines):
        assert line.text.isprintable()
        assert line.amount == line.amount.quantize(Decimal("0.01"))


# For others


def test_the_readers_are_an_importer_for_beangulp(tmp_path: Path) -> None:
    from beangulp import extract

    from scharrel.formats.beangulp import BankImporter

    importer = BankImporter("NL02 ABNA 0123 4567 89", "Assets:Bank")
    other = BankImporter("NL91ABNA0417164300", "Assets:Spaar")
    assert importer.name != other.name
    for number, kind in enumerate(("camt.053.001.02", "csv abn amro", "csv bunq")):
        path = tmp_path / f"{number}.txt"
        path.write_text(ALL[kind])
        assert (importer.identify(str(path)), other.identify(str(path))) == (True, False)
        assert importer.date(str(path)) == date(2026, 10, 31)
        entries = extract.extract_from_file(importer, str(path), [])
        found = [entry for entry in entries if hasattr(entry, "narration")]
        assert [
            (e.date, e.postings[0].units.number, e.payee, e.meta["counter"], e.narration) for e in found
        ] == MONTH
        balances = [entry for entry in entries if entry not in found]
        assert [(b.date, b.amount.number) for b in balances] == [(date(2026, 11, 1), CLOSING)] * (
            kind != "csv bunq"
        )
    first, *_, balance = importer.extract(str(tmp_path / "0.txt"), [])
    (posting,) = first.postings
    back = first._replace(postings=[posting._replace(units=-posting.units)], meta={})
    by_hand, other_line = (first._replace(meta={**first.meta, "bank": said}) for said in (None, "elsewhere"))
    known = [importer.cmp(first, there) for there in (first, by_hand, back, other_line, balance)]
    assert known == [True, True, False, False, False]
    path.write_text(ALL["csv ing"].replace('"1034,75"', '"1034,76"'))
    with pytest.raises(ValueError, match="come to"):
        importer.extract(str(path), [])
    path.write_bytes(b"%PDF-1.7")
    assert not importer.identify(str(path))


def test_camt_is_read_line_by_line_in_memory_that_does_not_grow() -> None:
    lines = [bank_coop.Given("2026-10-05", "1.00", f"Klant {nth}", text=f"nr {nth}") for nth in range(4_000)]
    text = bank_coop.camt(lines, "0.00").decode()
    *_, statement = stream_camt(text)
    (whole,) = read_camt(text)[1]
    assert isinstance(statement, BankStatement)
    assert statement == whole._replace(lines=())
    assert [found for found in stream_camt(text) if isinstance(found, BankLine)] == [*whole.lines]
    tracemalloc.start()
    for _ in stream_camt(text):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300_000


def test_a_bic_before_the_account_of_the_other_side_is_left_out() -> None:
    row = '"02-08-2026","NL02ABNA0123456789","7,00","Credit","Buurthuis","{}","ET","dank"\n'
    for said in (
        "INGBNL2A NL20INGB0001234567",
        "INGBNL2AXXX NL20 INGB 0001 2345 67",
        "NL20 INGB 0001 2345 67",
    ):
        assert only(row.format(said)).iban == "NL20INGB0001234567"
    assert only(row.format("INGBNL2A 1234567")).iban == ""
    titled = "Transactiedatum,Rekening,Bedrag,Credit/Debet,Naam Tegenrekening,Tegenrekening,Code,Omschrijving,Saldo"
    with_head = f'{titled}\n{row.format("INGBNL2A NL20INGB0001234567").strip()},"107,00"\n'
    assert (only(with_head).text, one(with_head).opening) == ("dank", Decimal("100.00"))
