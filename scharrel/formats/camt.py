"""Statements in CAMT.053 and reports in CAMT.052 (ISO 20022), from version .02 on."""

import io
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from scharrel.core.money import total
from scharrel.formats.camt_entry import DETAIL, EntryFields, EntryShape, read_entry, xml_tree
from scharrel.formats.records import (
    MAX_BANK_LINES,
    BankLine,
    BankStatement,
    UnreadableBankFile,
    account_number,
    clean,
    counter_iban,
    day_of,
    joined,
    named_days,
    reference,
    xml_amount,
)

MESSAGE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:((?:camt|pain|pacs)\.\d{3}\.\d{3}\.(\d{2}))")
"""The name of an ISO 20022 message, and its version."""

_MARKUP = re.compile(r"<!--|<!\[CDATA\[|<\?")
_CLOSED = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_PREFIX = re.compile(r"<(/?)[\w.-]+:(?=[\w.-]+[\s/>])")
_ADORNED = re.compile(r"<(/?)(Ntry|Stmt|Rpt)\s[^<>]*>")
_CURRENCY = re.compile(r'<Amt\s[^<>]*?Ccy="([^"<]*)"')
_ENTRY_REFERENCE = re.compile("<NtryRef>([^<]*)</NtryRef>")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[0-9:.]+)?(?:Z|[+-][0-9:]{5})?")

_OWN = DETAIL + "Refs/AcctSvcrRef"
_NUMBER_OF = "NtryDtls/Btch/NbOfTxs"
_AMOUNTS = [DETAIL + path for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")]
_PARTY = DETAIL + "RltdPties/"
_SIGN = {"CRDT": 1, "DBIT": -1}
_TEXTS = [
    *(
        DETAIL + path
        for path in ("RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf", "RmtInf/Strd/CdtrRefInf/Ref", "AddtlTxInf")
    ),
    "AddtlNtryInf",
]
"""Where the words stand: the first that has some."""
_GIVEN = [DETAIL + "Refs/EndToEndId", DETAIL + "Refs/PmtInfId", "NtryDtls/Btch/PmtInfId"]

_RETURNED = [DETAIL + "RtrInf/" + path for path in ("Rsn/Cd", "Rsn/Prtry", "AddtlInf")]


class _Balance(NamedTuple):
    code: str
    amount: Decimal
    currency: str
    day: date | None


def read_camt(text: str) -> tuple[str, list[BankStatement]]:
    """The message's name and its statements, in the order of the file."""
    text = _plain(text)
    name, heads, starts = _heads(text)
    read: list[BankStatement] = []
    lines: list[BankLine] = []
    for found in _stream(text, heads, starts):
        if isinstance(found, BankLine):
            lines.append(found)
        else:
            read.append(found._replace(lines=tuple(lines)))
            lines.clear()
    whole = _pages(read, heads)
    for statement in whole if name.startswith("camt.052") else []:
        if statement.opening is None or statement.closing is None:
            raise UnreadableBankFile("bank-no-balances", statement.line)
    return name, whole


def stream_camt(text: str) -> Iterator[BankLine | BankStatement]:
    """Each booked line as it is read, and behind those of a statement (or of a page of one) the statement
    without its lines; nothing of them is kept here."""
    text = _plain(text)
    _, heads, starts = _heads(text)
    yield from _stream(text, heads, starts)


def _heads(text: str) -> tuple[str, list[ET.Element], list[int]]:
    """The message's name, its statements without their entries, and where each begins."""
    found = MESSAGE.search(text)
    if not found or found[1][:8] not in ("camt.052", "camt.053") or found[2] < "02":
        raise UnreadableBankFile("bank-message", found=found[1] if found else "XML")
    tag = "Stmt" if found[1] > "camt.053" else "Rpt"
    starts = [*_places(text, f"<{tag}>")]
    outside, end = io.StringIO(), 0
    for number, start in enumerate(_places(text, "<Ntry>")):
        if number == MAX_BANK_LINES:
            raise UnreadableBankFile("bank-too-many", _line(text, start), limit=str(MAX_BANK_LINES))
        outside.write(text[end:start])
        end = text.find("</Ntry>", start) + 7
        if end < start or not starts or start < starts[0]:
            raise UnreadableBankFile("bank-xml", _line(text, start))
    try:
        root = xml_tree(outside.getvalue() + text[end:])
    except UnreadableBankFile:
        xml_tree(text)  # which fails at the right line
        raise
    heads = [*root.iter(tag)]
    if len(heads) != len(starts) or root.find(".//Ntry") is not None:
        raise UnreadableBankFile("bank-xml")
    if not heads:
        raise UnreadableBankFile("bank-no-statement")
    return found[1], heads, starts


def _stream(text: str, heads: list[ET.Element], starts: list[int]) -> Iterator[BankLine | BankStatement]:
    shapes: list[EntryShape] = []
    for head, start, end in zip(heads, starts, [*starts[1:], len(text)], strict=True):
        line = text.count("\n", 0, start) + 1
        try:
            for found in _statement(head, text, start, end, shapes):
                yield found._replace(line=line) if isinstance(found, BankStatement) else found
        except UnreadableBankFile as wrong:
            wrong.line = wrong.line or line
            raise


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _plain(text: str) -> str:
    """The document without comments, prefixes and what else says nothing; every line stays where it was."""
    if _has(text, "<!") or (text.count("?") > 2 and text.count("<?") > 1):
        text = "".join(_unmarked(text))
    if _has(text, "<!"):
        raise UnreadableBankFile("bank-dtd", text.count("\n", 0, text.index("<!")) + 1)
    if not re.search(r"<Document[\s>]", text):
        text = _PREFIX.sub(r"<\1", text)
    if "<Ntry>" not in text or ("<Stmt>" not in text and "<Rpt>" not in text):
        text = _ADORNED.sub(r"<\1\2>", text)
    return text


def _has(text: str, pair: str) -> bool:
    # Its rare second sign is found many times faster than both.
    return pair[1] in text and pair in text


def _unmarked(text: str) -> Iterator[str]:
    end = 0
    for found in _MARKUP.finditer(text):
        if found.start() < end:
            continue
        yield text[end : found.start()]
        stop = text.find(_CLOSED[found[0]], found.end())
        if stop < 0:
            raise UnreadableBankFile("bank-xml", text.count("\n", 0, found.start()) + 1)
        inside = text[found.end() : stop]
        if found[0] == "<![CDATA[":
            yield inside.replace("&", "&amp;").replace("<", "&lt;")
        else:
            yield "\n" * inside.count("\n")
        end = stop + len(_CLOSED[found[0]])
    yield text[end:]


def _places(text: str, tag: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    place = text.find(tag, start, end)
    while place >= 0:
        yield place
        place = text.find(tag, place + len(tag), end)


def _statement(
    head: ET.Element, text: str, begins: int, ends: int, shapes: list[EntryShape]
) -> Iterator[BankLine | BankStatement]:
    """The lines of the statement that stands there, and itself without them."""
    account = account_number(head.findtext("Acct/Id/IBAN") or head.findtext("Acct/Id/Othr/Id") or "")
    if not account:
        raise UnreadableBankFile("bank-no-account")
    opening, closing = _ends([_balance(balance) for balance in head.findall("Bal")])
    opened, closed = opening and opening.day, closing and closing.day
    entry = text.find("<Ntry>", begins, ends)
    first = _CURRENCY.search(text, entry, text.find("</Ntry>", entry)) if entry >= 0 else None
    currency = _only(
        head.findtext("Acct/Ccy"), *(b.currency for b in (opening, closing) if b), first and first[1]
    )
    only = closed if opened == closed else None
    counted: bool | None = None  # which takes a look at all references
    days: set[date] = set()
    warnings: list[tuple[int, str]] = []
    pending, before, at = 0, 0, 1
    for start in _places(text, "<Ntry>", begins, ends):
        end = text.find("</Ntry>", start) + 7
        at += text.count("\n", before, start)
        before = start
        try:
            fields, details = read_entry(text, start, end, shapes)
            status = fields.get("Sts") or fields.get("Sts/Cd") or fields.get("Sts/Prtry") or "BOOK"
            if status.strip() != "BOOK":
                pending += 1
                continue
            own = fields.get("AcctSvcrRef", "")
            if not own and "NtryRef" in fields:
                if counted is None:
                    counted = _counts(_ENTRY_REFERENCE.findall(text, begins, ends))
                own = "" if counted else fields["NtryRef"]
            own = reference(own)
            amount = _signed(fields.get("Amt", ""), fields["CdtDbtInd"].strip())
            if currency != fields.get("Amt@", currency):
                _only(currency, fields["Amt@"])
            day = _booked(fields, only)
            days.add(day)
            parts = _parts(details, amount, currency, own) if details else []
            for detail, part, its in parts:
                yield _bank_line({**fields, **detail}, account, day, part, its, at)
            if parts:
                continue
            if details or fields.get(_NUMBER_OF, "").strip().lstrip("0") not in ("", "1"):
                warnings.append((at, "bank-batch"))
                fields = {path: value for path, value in fields.items() if not path.startswith(DETAIL)}
            own = own or reference(fields.get(_OWN, ""))
            yield _bank_line(fields, account, day, amount, own, at)
        except UnreadableBankFile as wrong:
            wrong.line = wrong.line + at - 1 if wrong.line else at
            raise
        except KeyError:
            raise UnreadableBankFile("bank-field", at, field="CdtDbtInd") from None
    yield BankStatement(
        account,
        currency,
        *_days(head, opened, closed, days),
        opening and opening.amount,
        closing and closing.amount,
        (),
        pending,
        0,
        tuple(warnings),
    )


@lru_cache(maxsize=10_000)
def _signed(amount: str, side: str) -> Decimal:
    return xml_amount(amount) * _SIGN[side]


def _only(*currencies: str | None) -> str:
    """The one currency that is named."""
    named = [*dict.fromkeys(filter(None, currencies))]
    if len(named) != 1:
        one, other = [*map(clean, named), "?", "?"][:2]
        raise UnreadableBankFile("bank-currencies", one=one, other=other)
    return named[0]


def _parts(
    details: list[EntryFields], whole: Decimal, currency: str, own: str
) -> list[tuple[EntryFields, Decimal, str]]:
    """Each detail with its amount and reference; none where they do not add up to the entry."""
    amounts = []
    for detail in details:
        path = next((path for path in _AMOUNTS if path in detail), "")
        if not path or detail.get(path + "@", currency) != currency:
            return []
        side = detail.get(DETAIL + "CdtDbtInd") or ("CRDT" if whole > 0 else "DBIT")
        amounts.append(_signed(detail[path], side.strip()))
    if total(amounts) != whole:
        return []
    given = [reference(detail.get(_OWN, "")) for detail in details]
    times = Counter([own, *given])
    references = [
        its if its and times[its] == 1 else own and f"{own}/{place}" for place, its in enumerate(given, 1)
    ]
    return [*zip(details, amounts, references, strict=True)]


def _counts(references: list[str]) -> bool:
    """Whether the references of a statement's entries only count them, or tell them apart no better."""
    given = [its.strip() for its in references if its.strip()]
    return len({*given}) < len(given) or all(
        its.isdecimal() and len(its.lstrip("0")) < 7 and int(its) <= len(references) for its in given
    )


def _booked(fields: EntryFields, only: date | None) -> date:
    """The booking date; where a bank gives none, the only day of the statement, or the value date."""
    if written := fields.get("BookgDt/Dt") or fields.get("BookgDt/DtTm"):
        return _day(written)
    return only or _day(fields.get("ValDt/Dt") or fields.get("ValDt/DtTm") or "")


@lru_cache(maxsize=2_000)
def _day(text: str) -> date:
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise UnreadableBankFile("bank-day", value=clean(text))
    return day_of(*found.groups())


def _bank_line(
    fields: EntryFields, account: str, day: date, amount: Decimal, its: str, line: int
) -> BankLine:
    name, iban = _counterparty(fields, account, amount)
    text = ""
    for path in _TEXTS:
        if path in fields and (text := clean(fields[path])):
            break
    given = tuple(value for path in _GIVEN if path in fields and (value := reference(fields[path])))
    returned = " ".join(clean(fields[path]) for path in _RETURNED if path in fields)
    return BankLine(day, amount, name, iban, text, its, line, given, returned)


def _counterparty(fields: EntryFields, account: str, amount: Decimal) -> tuple[str, str]:
    """Name and IBAN of who is at the other side: the payer of what comes in, unless that is the account
    itself, as with a payment that came back."""
    name, iban = _party(fields, "Dbtr" if amount > 0 else "Cdtr")
    if iban == account or not (name or iban):
        name, iban = _party(fields, "Cdtr" if amount > 0 else "Dbtr")
        if iban in ("", account):
            return "", ""
    return name, iban


def _party(fields: EntryFields, side: str) -> tuple[str, str]:
    path = _PARTY + side
    name = fields.get(path + "/Nm") or fields.get(path + "/Pty/Nm") or ""
    return clean(name), counter_iban(fields.get(path + "Acct/Id/IBAN", ""))


def _balance(element: ET.Element) -> _Balance:
    written = element.findtext("Dt/Dt") or element.findtext("Dt/DtTm")
    amount = element.find("Amt")
    side = (element.findtext("CdtDbtInd") or "").strip()
    if amount is None or side not in _SIGN:
        raise UnreadableBankFile("bank-field", field="Bal")
    return _Balance(
        (element.findtext("Tp/CdOrPrtry/Cd") or "").strip(),
        xml_amount(amount.text or "") * _SIGN[side],
        amount.get("Ccy") or "",
        _day(written) if written else None,
    )


def _ends(balances: list[_Balance]) -> tuple[_Balance | None, _Balance | None]:
    """The booked balance before and after the entries; interim ones (`ITBD`) where there is no other."""
    opening, previous, closing, interim = (
        [balance for balance in balances if balance.code == code] for code in ("OPBD", "PRCD", "CLBD", "ITBD")
    )
    end = next(iter([*closing[::-1], *interim[::-1]]), None)
    return next(
        iter([*opening, *previous, *(balance for balance in interim if balance is not end)]), None
    ), end


def _days(
    head: ET.Element, opened: date | None, closed: date | None, days: set[date]
) -> tuple[date | None, date | None]:
    """The days that the statement says it is of; midnight ends the day before."""
    since, until = head.findtext("FrToDt/FrDtTm"), head.findtext("FrToDt/ToDtTm")
    if not since or not until:
        return named_days(opened, closed, days)
    first, last = _day(since), _day(until)
    if first < last and "T00:00:00" in until:
        last -= timedelta(days=1)
    return min([first, *days]), max([last, *days])


def _pages(statements: list[BankStatement], heads: list[ET.Element]) -> list[BankStatement]:
    """Statements whose pages were given one by one, whole."""
    whole: list[BankStatement] = []
    more = False
    for statement, head in zip(statements, heads, strict=True):
        if more and whole[-1].account == statement.account:
            whole[-1] = joined(whole[-1], statement)
        else:
            whole.append(statement)
        more = head.findtext("StmtPgntn/LastPgInd") in ("false", "0")
    return whole
