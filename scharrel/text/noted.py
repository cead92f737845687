"""What a member noted on a line, in any order that people use: `12-10 bij 45 mevr Jansen fiets contant`."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.text.typed import amounts_meant, days_meant, no_such_day, quantities_meant, rate_meant
from scharrel.text.words import Words
from scharrel.treasury.cash_book import EventKind

_KIND_WORDS: Sequence[tuple[EventKind, str]] = (
    ("in", "bij in binnen ontvangen gekregen verdiend verkocht verkoop inkomsten income received i b"),
    ("out", "af uit out betaald gekocht uitgegeven uitgave uitgaven kosten spent paid expense o a"),
    ("hours", "uren uur u hours hour h"),
    ("km", "km kilometer kilometers kilometre kilometres k"),
    ("pot", "pot spaarpot opname savings p"),
)
_KINDS = {word: kind for kind, words in _KIND_WORDS for word in words.split()}
MONEY_WORDS: Mapping[str, str] = {
    word: place
    for place, words in (
        ("cash", "contant kas cash c"),
        ("bank", "bank overgemaakt overboeking overschrijving giro transfer b"),
        ("own", "eigen own privé prive private e o"),
    )
    for word in words.split()
}
INVOICE_WORDS = frozenset(
    (
        "op rekening",
        "op factuur",
        "rekening",
        "factuur",
        "f",
        "on account",
        "account",
        "on invoice",
        "invoice",
    )
)
"""What people answer when a customer is yet to get an invoice and was asked how it was paid."""
_TITLES = re.compile(
    r"mevr|mevrouw|mw|mej|mrs|ms|dhr|meneer|mijnheer|hr|heer|mr|mister|fam|familie|family|opa|oma|oom|tante"
    r"|buurman|buurvrouw|stichting|bakkerij|restaurant|caf[eé]|school|basisschool|gemeente|wijkgebouw|dr",
    re.IGNORECASE,
)
_PARTICLES = ("van", "de", "der", "den", "het", "'t", "el", "la", "le", "ter", "ten", "di", "da", "von", "du")
_ARTICLES = ("de", "het", "the")
_BEFORE = ("van", "from", "aan", "to", "bij", "at", "door", "by")
_BEHIND = ("voor", "for", "wegens")
_VAT = re.compile(
    r"\b(?:(?:met|incl\.?|inclusief|with|plus)\s+)?(?:(?:btw|vat)\s*:?\s*(?P<after>\d{1,2}|geen|nee|no)\b\s*%?"
    r"|(?P<before>\d{1,2}\s*%)(?:\s*(?:btw|vat)\b)?|(?P<none>geen|zonder|no|without)\s+(?:btw|vat)\b)",
    re.IGNORECASE,
)
_PROJECT = re.compile(r"(?:\bproject\s+|#)(?P<name>\S+)", re.IGNORECASE)
_OWN_MONEY = re.compile(
    r"\b(?:met |van |from |with )?(?:mijn |my )?(?:eigen geld|eigen zak|own money)\b", re.IGNORECASE
)
_ON_ACCOUNT = re.compile(r"\b(?:op (?:rekening|factuur)|on (?:account|invoice))\b", re.IGNORECASE)
_AT_BANK = re.compile(r"\b(?:op|per|via|by) (?:de |the )?bank\b", re.IGNORECASE)
_UNITS = r"(?:km|kilometers?|kilometres?|uur|uren|u|h|hours?|min|minuten|minutes)"
_QUANTITY = re.compile(
    rf"(?P<all>\d{{1,2}}\s?[:uh]\s?[0-5]\d(?:\s?(?:uur|uren|hours?))?|\d+(?:[.,]\d+)?\s?{_UNITS})(?![^\s,;])",
    re.IGNORECASE,
)
_LONGEST_DAY = 3
_SEVERAL = ("€", "eur", "euro", "euros")


class Noted(NamedTuple):
    """What is known of an event, and what it can be where that is not certain: `amounts` and `days` have
    every reading; `split` says whether from whom and for what are certainly told apart. `money` is the word
    for where it is (cash, bank, own, or invoice for what `customer` is to be sent), `rate` nothing where
    nothing is said of VAT, `vat` why an invoice has none. `line` is where it stands."""

    kind: EventKind | None = None
    amounts: tuple[Decimal, ...] = ()
    days: tuple[date, ...] = ()
    who: str = ""
    what: str = ""
    split: bool = True
    account: str = ""
    money: str = ""
    rate: Decimal | None = None
    project: str = ""
    purpose: str = ""
    reason: str = ""
    earned: date | None = None
    line: int = 0
    text: str = ""
    customer: str = ""
    vat: str = ""


def kind_meant(word: str) -> EventKind | None:
    """What kind of event the word is for."""
    return _KINDS.get(word.casefold().strip(" :,."))


def noted_line(text: str, today: date, names: Collection[str] = (), line: int = 0) -> Noted:
    """What the line says, as far as it is certain; `names` are those of whom was written before."""
    said = re.sub(r"^\s*(?:[*•·]|-(?=\s+\D))\s*", "", text).strip()
    noted = Noted(line=line, text=said)
    days, rest = _day_at_start(said.split(), today)
    said = " ".join(rest)
    noted, said = _vat_and_money(noted._replace(days=days), said)
    if project := _PROJECT.search(said):
        noted, said = noted._replace(project=project["name"].strip(",;")), _without(said, project)
    noted, words = _kind_and_amount(noted, said)
    if not noted.days:
        days, backwards = _day_at_end(words, today)
        noted, words = noted._replace(days=days), backwards
    if noted.kind in ("hours", "km"):
        return noted._replace(what=_plain(words))
    return _with_parties(noted, words, names)


def impossible_day(text: str, today: date) -> str:
    """What in the text is written as a day that there is not, as `31-2`; else empty."""
    words = [word.strip(",:;") for word in text.split()]
    spans = (
        " ".join(words[nth : nth + count])
        for nth in range(len(words))
        for count in range(1, _LONGEST_DAY + 1)
    )
    return next((span for span in spans if no_such_day(span, today)), "")


def day_not_read(words: Words, said: str, today: date) -> str:
    """Why what is typed is no day: there is no such day, or it reads as none."""
    if impossible := impossible_day(said, today):
        return words("book.no-such-day", said=impossible)
    return words("book.no-day", said=said)


def _day_at_start(words: list[str], today: date) -> tuple[tuple[date, ...], list[str]]:
    for count in range(min(_LONGEST_DAY, len(words)), 0, -1):
        said = " ".join(words[:count]).rstrip(",:;")
        if (days := days_meant(said, today)) and not said.isdecimal():
            more, rest = _day_at_start(words[count:], today) if count == 1 else ((), words[count:])
            # `ma 12-10`: the day of the week says nothing more.
            return (more, rest) if more and set(more) - set(days) and not re.search(r"\d", said) else (
                days, words[count:]
            )  # fmt: skip
        if no_such_day(said, today):
            return (), words[count:]
    return (), words


def _day_at_end(words: list[str], today: date) -> tuple[tuple[date, ...], list[str]]:
    for count in range(min(_LONGEST_DAY, len(words)), 0, -1):
        said = " ".join(words[-count:])
        if (days := days_meant(said, today)) and not said.isdecimal() and len(said) > 2:
            return days, words[:-count]
    return (), words


def _vat_and_money(noted: Noted, said: str) -> tuple[Noted, str]:
    """With what is said of VAT and of where the money is."""
    if found := _VAT.search(said):
        rate = Decimal(0) if found["none"] else rate_meant(found["after"] or found["before"])
        noted, said = noted._replace(rate=rate), _without(said, found)
    for place, form in (("invoice", _ON_ACCOUNT), ("own", _OWN_MONEY), ("bank", _AT_BANK)):
        if not noted.money and (found := form.search(said)):
            noted, said = noted._replace(money=place), _without(said, found)
    words = said.split()
    for nth in (len(words) - 1, *range(len(words) - 1)):
        word = words[nth].casefold().strip("(),;.") if words else ""
        if not noted.money and len(word) > 2 and (where := MONEY_WORDS.get(word)):
            noted, words = noted._replace(money=where), words[:nth] + words[nth + 1 :]
            break
    return noted, " ".join(words)


def _kind_and_amount(noted: Noted, said: str) -> tuple[Noted, list[str]]:
    """With the kind and how much; what is left of the words."""
    words = said.split()
    kind: EventKind | None = None
    if words and len(words[0].rstrip(":,")) > 1:
        kind = kind_meant(words[0])
    if kind:
        words = words[1:]
    elif words and words[0] in ("+", "-", "\u2212"):
        kind = "in" if words[0] == "+" else "out"
        words = words[1:]
    rest = " ".join(words)
    if kind in (None, "hours", "km") and (found := _QUANTITY.search(rest)):
        unit = re.sub(r"[\d.,:\s]", "", found["all"].casefold())
        kind = "km" if unit.startswith(("k",)) else "hours"
        return noted._replace(kind=kind, amounts=quantities_meant(found["all"])), _without(
            rest, found
        ).split()
    for nth, word in enumerate(words):
        several = " ".join(words[nth : nth + 2])
        bare = word.rstrip(":;,") if not word.endswith(",-") else word
        if word.casefold() in _SEVERAL and nth + 1 < len(words) and amounts_meant(several):
            amounts, count = amounts_meant(several), 2
        elif re.search(r"\d", word) and amounts_meant(bare.lstrip("+")):
            behind = words[nth + 1].casefold() if nth + 1 < len(words) else ""
            amounts, count = amounts_meant(bare.lstrip("+")), 2 if behind in _SEVERAL else 1
        else:
            continue
        if kind is None and bare.startswith(("+", "-", "\u2212")):
            kind, amounts = ("in" if bare[0] == "+" else "out"), tuple(map(abs, amounts))
        left = words[:nth] + words[nth + count :]
        if kind is None and left and len(left[0]) > 1 and kind_meant(left[0]):
            kind, left = kind_meant(left[0]), left[1:]
        if kind in ("hours", "km"):
            amounts = quantities_meant(bare)
        return noted._replace(kind=kind, amounts=amounts), left
    return noted._replace(kind=kind), words


def _with_parties(noted: Noted, words: Sequence[str], names: Collection[str]) -> Noted:
    """With from whom (or to whom) and for what."""
    said = " ".join(words).strip(" ,;:-")
    for mark in (r"\s*[,;]\s*", r"\s+[-–:]\s+", r":\s+"):
        parts = re.split(mark, said, maxsplit=1)
        if len(parts) == 2 and all(parts):
            return noted._replace(who=_plain(parts[0].split()), what=_plain(parts[1].split()))
    folded = said.casefold()
    known = [n for n in names if n and (folded == n.casefold() or folded.startswith(f"{n.casefold()} "))]
    if known:
        who = max(known, key=len)
        return noted._replace(who=who, what=_plain(said[len(who) :].split()))
    words = said.split()
    opened = bool(words) and words[0].casefold() in _BEFORE and len(words) > 1
    words = words[1:] if opened else words
    at = next((nth for nth, word in enumerate(words) if nth and word.casefold() in _BEHIND), 0)
    if at:
        return noted._replace(who=" ".join(words[:at]), what=_plain(words[at + 1 :]))
    if len(words) < 2:
        return noted._replace(who=" ".join(words))
    article = words[0].casefold() in _ARTICLES
    if article and len(words) == 2:
        return noted._replace(who=" ".join(words))
    count = 2 if article else 1
    if _TITLES.fullmatch(words[0].rstrip(".")):
        while count < len(words) - 1 and words[count].casefold() in _PARTICLES:
            count += 1
        count += 1
        sure = words[count - 1][:1].isupper()
        return noted._replace(who=" ".join(words[:count]), what=_plain(words[count:]), split=sure)
    return noted._replace(who=" ".join(words[:count]), what=_plain(words[count:]), split=False)


def _plain(words: Sequence[str]) -> str:
    """The words without what stands before them in a sentence."""
    words = list(words)
    while words and words[0].casefold() in _BEHIND:
        words = words[1:]
    return " ".join(words).strip(" ,;:")


def _without(said: str, found: "re.Match[str]") -> str:
    return " ".join(f"{said[: found.start()]} {said[found.end() :]}".split())


def _place(said: str) -> str:
    if said in INVOICE_WORDS:
        return "invoice"
    return next((place for word in said.split() if (place := MONEY_WORDS.get(word))), "")


_COLUMNS: Mapping[str, str] = {
    word: column
    for column, words in (
        ("day", "datum date dag day wanneer when"),
        ("kind", "soort kind type bij/af in/uit af/bij in/out bij_of_af in_of_uit in_or_out"),
        ("in", "bij in inkomsten ontvangen income received"),
        ("out", "af uit uitgaven betaald_bedrag out spent expenses"),
        ("amount", "bedrag amount hoeveel euro eur prijs"),
        ("who", "van aan wie naam klant leverancier from to who name customer van_wie aan_wie van/aan"),
        ("what", "voor waarvoor omschrijving wat description for what"),
        ("money", "hoe betaald betaling betaalwijze hoe_betaald paid how payment"),
        ("rate", "btw vat btw-tarief tarief"),
        ("hours", "uren uur hours"),
        ("km", "km kilometers kilometres"),
        ("project", "project"),
    )
    for word in words.split()
}  # fmt: skip


def columns_of(header: Sequence[str]) -> list[str]:
    """What each column of a table is, by its heading; empty for what is not known. No list without an amount,
    hours or kilometres."""
    names = ["_".join(cell.casefold().strip(" ?:*").split()) for cell in header]
    found = [_COLUMNS.get(name) or _COLUMNS.get(name.split("_(")[0], "") for name in names]
    return found if {"in", "out", "amount", "hours", "km"} & set(found) and len(set(found) - {""}) > 1 else []


def noted_row(columns: Sequence[str], cells: Sequence[str], today: date, line: int = 0) -> Noted:
    """What a row of a table says."""
    said: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell.strip():
            said.setdefault(column, " ".join(cell.split()))
    noted = Noted(
        kind=kind_meant(said.get("kind", "").partition(" ")[0]),
        days=days_meant(said.get("day", "").partition(" ")[0], today)
        or days_meant(said.get("day", ""), today),
        who=said.get("who", ""),
        what=said.get("what", ""),
        project=said.get("project", ""),
        rate=rate_meant(said["rate"]) if "rate" in said else None,
        money=_place(said.get("money", "").casefold()),
        line=line,
        text=" · ".join(cell.strip() for cell in cells if cell.strip()),
    )
    kinds: tuple[tuple[EventKind, Callable[[str], tuple[Decimal, ...]]], ...] = (
        ("hours", quantities_meant), ("km", quantities_meant), ("in", amounts_meant), ("out", amounts_meant),
    )  # fmt: skip
    for kind, meant in kinds:
        if found := meant(said.get(kind, "")):
            return noted._replace(kind=kind, amounts=found)
    if noted.kind in ("hours", "km"):
        return noted._replace(amounts=quantities_meant(said.get("amount", "")))
    amounts = amounts_meant(said.get("amount", "").lstrip("+"))
    if noted.kind is None and amounts and amounts[0] < 0:
        return noted._replace(kind="out", amounts=tuple(-amount for amount in amounts))
    if noted.kind is None and said.get("amount", "").startswith("+"):
        noted = noted._replace(kind="in")
    return noted._replace(amounts=amounts)
