"""Orders to a bank to pay (pain.001), as banks in the single euro payments area (SEPA) take them.

By the implementation guidelines of the European Payments Council for credit transfers: names of at most 70
signs and texts of at most 140, in plain letters. An account number says which bank it is, so no bank is
named; and no address is ever written, for a transfer needs none.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from itertools import cycle
from typing import NamedTuple

from scharrel.core.money import plain, total

PAIN_VERSIONS = ("09", "03")
"""Of pain.001.001, the usual one first."""

MAX_SEPA_NAME = 70
MAX_SEPA_TEXT = 140
MAX_SEPA_ID = 35

_OTHER_SIGNS: Mapping[str, str] = {
    "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d",
    "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ß": "ss", "ẞ": "SS", "ı": "i", "ĸ": "k", "Ħ": "H", "ħ": "h",
    "Ŋ": "N", "ŋ": "n", "Ŧ": "T", "ŧ": "t", "Ə": "E", "ə": "e",
    "&": "+", "€": "EUR", "@": "(at)", "_": "-", ";": ",", "!": ".", '"': "'", "`": "'", "´": "'", "‘": "'",
    "’": "'", "“": "'", "”": "'", "„": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
    "·": "-", "•": "-", "[": "(", "]": ")", "{": "(", "}": ")", "<": "(", ">": ")", "*": ".", "#": ".",
}  # fmt: skip
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
_STRUCTURED = re.compile(r"[0-9]{16}")
_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
_CHECKS = (0, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1)
"""The check digit of a payment reference by what is left of the sum."""


class CreditTransfer(NamedTuple):
    """One payment of an order: `id` goes with it to the statements of both sides, `amount` is in euros,
    `iban` compact. A text of sixteen digits is a Dutch payment reference, and stands as that."""

    id: str
    amount: Decimal
    name: str
    iban: str
    text: str


class TransferOrder(NamedTuple):
    """An order to pay from the account of `iban` on a day; `id` is that of the message and of its one
    batch, `made` the day on which it was written."""

    id: str
    made: date
    day: date
    name: str
    iban: str
    transfers: Sequence[CreditTransfer]


def sepa_text(text: str, longest: int) -> str:
    """The text in the signs and the length that a bank takes; what it lacks a sign for has a point."""
    spread = "".join(_OTHER_SIGNS.get(sign, sign) for sign in text)
    parted = unicodedata.normalize("NFKD", spread)
    letters = "".join(
        " " if sign.isspace() else sign for sign in parted if unicodedata.category(sign) not in ("Mn", "Cf")
    )
    return " ".join(_NOT_PLAIN.sub(".", letters).split())[:longest].rstrip()


def payment_reference(text: str) -> str:
    """The Dutch payment reference that the text is, without blanks and points; empty for any other text."""
    digits = re.sub(r"[ .]", "", text)
    return digits if _STRUCTURED.fullmatch(digits) else ""


def mistyped_reference(text: str) -> bool:
    """Whether it is a payment reference of which the first digit does not check the other fifteen: their sum
    by weight, from the right, modulo eleven."""
    digits = payment_reference(text)
    weighed = sum(int(digit) * weight for digit, weight in zip(digits[:0:-1], cycle(_WEIGHTS), strict=False))
    return bool(digits) and int(digits[0]) != _CHECKS[weighed % 11]


def pain001(order: TransferOrder, version: str) -> bytes:
    """The order as a file, of one of PAIN_VERSIONS; the same order gives the same bytes. Each payment is to
    be a line of its own on the statement."""
    count = f"<NbOfTxs>{len(order.transfers)}</NbOfTxs>"
    count += f"<CtrlSum>{plain(total(transfer.amount for transfer in order.transfers))}</CtrlSum>"
    day = f"<Dt>{order.day}</Dt>" if version == "09" else str(order.day)
    name = f"<Nm>{escape(order.name, quote=False)}</Nm>"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}">',
        "<CstmrCdtTrfInitn>",
        "<GrpHdr>",
        f"<MsgId>{order.id}</MsgId><CreDtTm>{order.made}T00:00:00</CreDtTm>{count}",
        f"<InitgPty>{name}</InitgPty>",
        "</GrpHdr>",
        "<PmtInf>",
        f"<PmtInfId>{order.id}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>{count}",
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>",
        f"<ReqdExctnDt>{day}</ReqdExctnDt>",
        f"<Dbtr>{name}</Dbtr>",
        f"<DbtrAcct><Id><IBAN>{order.iban}</IBAN></Id><Ccy>EUR</Ccy></DbtrAcct>",
        "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>",
        "<ChrgBr>SLEV</ChrgBr>",
        *(line for transfer in order.transfers for line in _transfer(transfer)),
        "</PmtInf>",
        "</CstmrCdtTrfInitn>",
        "</Document>",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def _transfer(transfer: CreditTransfer) -> list[str]:
    remittance = f"<Ustrd>{escape(transfer.text, quote=False)}</Ustrd>"
    if reference := payment_reference(transfer.text):
        remittance = (
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>CUR</Issr></Tp>"
            f"<Ref>{reference}</Ref></CdtrRefInf></Strd>"
        )
    return [
        "<CdtTrfTxInf>",
        f"<PmtId><EndToEndId>{transfer.id}</EndToEndId></PmtId>",
        f'<Amt><InstdAmt Ccy="EUR">{plain(transfer.amount)}</InstdAmt></Amt>',
        f"<Cdtr><Nm>{escape(transfer.name, quote=False)}</Nm></Cdtr>",
        f"<CdtrAcct><Id><IBAN>{transfer.iban}</IBAN></Id></CdtrAcct>",
        f"<RmtInf>{remittance}</RmtInf>",
        "</CdtTrfTxInf>",
    ]
