"""What members fill in on a sheet or a form: the columns by their headings, and what a row says."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from scharrel.text.noted import Noted, with_parties
from scharrel.text.noted_words import KIND_WORDS, day_at_start, money_meant
from scharrel.text.typed import amounts_meant, quantities_meant, rate_meant
from scharrel.treasury.cash_book import EventKind

_HEADINGS = tuple(
    (column, re.compile(form))
    for column, form in (
        ("", r"\b(?:excl|exclusief|excluding|ex)\b"),
        ("sent", r"tijdstempel|timestamp|tijdstip"),
        ("kind", r"\b(?:er)?(?:bij|in)\b.*\b(?:er)?(?:af|uit|out)\b|\b(?:af|uit|out)\b.*\b(?:bij|in)\b"
         r"|^(?:soort|kind|type)$"),
        ("amount", r"\b(?:bedrag|amount|prijs|price)\b.*\bincl"),
        ("rate", r"\b(?:btw|vat|tarief)\b"),
        ("day", r"\b(?:datum|date|dag|day|wanneer|when)\b"),
        ("in", r"\b(?:erbij|bij|inkomsten|ontvangsten?|ontvangen|opbrengst|income|received)\b|^in$"),
        ("out", r"\b(?:eraf|af|uitgaven?|kosten|spent|expenses)\b|^(?:uit|out)$"),
        ("amount", r"bedrag|amount|hoeveel|how much|\b(?:euro|eur|prijs|price)\b|^€$"),
        ("money", r"\b(?:hoe|how|betaald|betaling|betaalwijze|betaalmethode|wijze|paid|payment)\b"),
        ("hours", r"\b(?:uren|uur|hours)\b"),
        ("km", r"\b(?:km|kilometers?|kilometres?)\b"),
        ("project", r"\bproject\b"),
        ("who", r"\b(?:wie|naam|klant|leverancier|whom?|name|customer|supplier)\b|^(?:van|aan|from|to)\b"),
        ("what", r"\b(?:waarvoor|voor|omschrijving|wat|what|for|description)\b"),
    )
)  # fmt: skip
_TOTAL = re.compile(r"(?:sub)?tota(?:al|l)\b|saldo\b|som\b|samen\b|sum\b", re.IGNORECASE)


def columns_of(header: Sequence[str]) -> list[str]:
    """What each column of a table is, by its heading; empty for what is not known. No list without an amount,
    hours or kilometres."""
    if any(re.search(r"\d", cell) for cell in header):
        return []
    names = [" ".join(re.sub(r"[_?:*]", " ", cell.casefold()).split()) for cell in header]
    found = [next((column for column, form in _HEADINGS if form.search(name)), "") for name in names]
    return found if {"in", "out", "amount", "hours", "km"} & {*found} and len({*found} - {""}) > 1 else []


def is_total(text: str) -> bool:
    """Whether this adds up what stands above it."""
    return bool(_TOTAL.match(text.strip(" ·;,")))


def noted_row(columns: Sequence[str], cells: Sequence[str], today: date, line: int = 0) -> Noted:
    """What a row of a table says, as far as it is certain."""
    said: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell.strip():
            said.setdefault(column, " ".join(cell.split()))
    sent, _ = day_at_start(said.get("sent", "").split(), today)
    noted = Noted(
        days=day_at_start(said.get("day", "").split(), today)[0],
        who=said.get("who", ""),
        what=said.get("what", ""),
        project=said.get("project", ""),
        rate=rate_meant(said["rate"]) if "rate" in said else None,
        money=money_meant(said.get("money", "")),
        line=line,
        text=" · ".join(cell.strip() for cell in cells if cell.strip()),
        likely=sent[0] if len(sent) == 1 else None,
    )
    kinds: tuple[tuple[EventKind, Callable[[str], tuple[Decimal, ...]]], ...] = (
        ("in", amounts_meant), ("out", amounts_meant), ("hours", quantities_meant), ("km", quantities_meant),
    )  # fmt: skip
    named = {
        KIND_WORDS[word] for word in re.findall(r"\w+", said.get("kind", "").casefold()) if word in KIND_WORDS
    }
    found: list[tuple[EventKind | None, tuple[Decimal, ...]]] = [
        (of, amounts) for of, meant in kinds if any(amounts := meant(said.get(of, "")))
    ]
    kind = named.pop() if len(named) == 1 else None
    if "amount" in said:
        done = kind in ("hours", "km")
        amounts = quantities_meant(said["amount"]) if done else amounts_meant(said["amount"].lstrip("+"))
        if kind is None and amounts and (amounts[0] < 0 or said["amount"][0] == "+"):
            kind, amounts = "in" if amounts[0] > 0 else "out", tuple(map(abs, amounts))
        found.append((kind, amounts))
    if len(found) == 1:
        kind, amounts = found[0][0], found[0][1]
        amounts = tuple(map(abs, amounts)) if kind == "out" else amounts
        noted = noted._replace(kind=kind, amounts=amounts)
    if "who" not in columns and noted.what and noted.kind not in ("hours", "km"):
        return with_parties(noted._replace(what=""), noted.what.split(), ())
    return noted
