"""scharrel customer add: whom invoices go to, by options, or asked for at a terminal."""

import re
import sys
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.options import COOP
from scharrel.cli.screen import console, fail, print_indented, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.iban import compact, sound
from scharrel.core.names import COOP_ID
from scharrel.store.paths import MEMBER_ID
from scharrel.text.words import visible
from scharrel.treasury.lines import tidy

if TYPE_CHECKING:
    from scharrel.ledger.books import Books

_ID = typer.Argument(metavar="[ID]", help=words("help.customer-id"), show_default=False)
_NAME = typer.Argument(
    metavar=f"[{words('metavar.name')}]", help=words("help.customer-name"), show_default=False
)


def _option(name: str, metavar: str) -> object:
    return typer.Option(f"--{name}", metavar=words(f"metavar.{metavar}"), help=words(f"help.customer-{name}"))


_COUNTRY = "NL"
_KINDS = ("stichting", "vereniging", "cooperatie", "gemeente", "maatschap", "holding")


def command(
    customer: Annotated[str | None, _ID] = None,
    name: Annotated[str | None, _NAME] = None,
    street: Annotated[str | None, _option("street", "word")] = None,
    postcode: Annotated[str | None, _option("postcode", "word")] = None,
    city: Annotated[str | None, _option("city", "word")] = None,
    country: Annotated[str, _option("country", "word")] = _COUNTRY,
    kvk: Annotated[str | None, _option("kvk", "number")] = None,
    oin: Annotated[str | None, _option("oin", "number")] = None,
    vat_id: Annotated[str | None, _option("vat-id", "number")] = None,
    email: Annotated[str | None, _option("email", "word")] = None,
    reference: Annotated[str | None, _option("reference", "word")] = None,
    iban: Annotated[str | None, _option("iban", "number")] = None,
    language: Annotated[str | None, _option("language", "word")] = None,
    terms: Annotated[int | None, _option("terms", "number")] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.customer import add_customer
    from scharrel.operations.opening import open_books

    where = open_coop(coop)
    books = open_books(where)
    stop_on_errors(books.problems)
    said = {
        "name": name, "street": street, "postcode": postcode, "city": city, "country": country, "kvk": kvk,
        "oin": oin, "vat_id": vat_id, "email": email, "reference": reference, "iban": iban,
        "language": language,
    }  # fmt: skip
    if customer is None:
        if not sys.stdin.isatty():
            fail(words("error.customer-terminal"), status=2)
        customer, answers = _asked(books)
        facts: dict[str, str | Decimal] = {**answers}
    else:
        given = {key: tidy(value) for key, value in said.items() if value is not None}
        if wrong := _wrong_name(books, customer):
            fail(wrong, status=2)
        if not visible(given.get("name", "")).strip():
            fail(words("error.no-name"), status=2)
        for key, value in given.items():
            if message := _wrong(key, value, country):
                fail(message, status=2)
        facts = {key: _stored(key, value) for key, value in given.items() if value}
    if terms is not None:
        if message := _wrong("terms", Decimal(terms), country):
            fail(message, status=2)
        facts["terms"] = Decimal(terms)
    with writing_in(where, "customer add"):
        problems = add_customer(open_books(where), customer, facts, today().replace(day=1))
    stop_on_errors(problems)
    values = {"name": facts["name"], "customer": customer, "path": where.shown(where.customers)}
    print_text(console(), words("invoices.customer-done", **values))


def _wrong_name(books: "Books", customer: str) -> str:
    """What is wrong with the short name; empty if it can be that of a new customer."""
    if not MEMBER_ID.fullmatch(customer):
        return words("error.member-id", member=customer)
    if customer == COOP_ID:
        return words("problem.coop-taken")
    if customer in books.entries.customers:
        return words("error.customer-exists", customer=customer)
    return ""


def _wrong(key: str, value: str | Decimal, country: str) -> str:
    """What is wrong with an answer; empty if nothing is."""
    from scharrel.checks.own_entries import wrong_value

    if not value and key != "terms":
        return ""
    if key == "iban" and not sound(str(value)):
        return words("error.iban", iban=value)
    found = wrong_value(key, value, country)
    return words(f"problem.{found[0]}", **found[1]) if found else ""


def _stored(key: str, value: str) -> str:
    """The answer as it is kept: numbers without blanks."""
    return compact(value) if key in ("iban", "vat_id") else value


def _asked(books: "Books") -> tuple[str, dict[str, str]]:
    """The short name and what is known of the customer, as far as an invoice to such a one needs it."""
    print_indented(console(), words("invoices.ask-how"))
    found = {"name": _ask("name", lambda said: "" if visible(said).strip() else words("error.no-name"))}
    proposed = _short(found["name"])
    customer = _ask("id", lambda said: _wrong_name(books, said or proposed), proposed=proposed) or proposed
    country = _ask("country", lambda said: _wrong("country", said, ""), proposed=_COUNTRY) or _COUNTRY
    found["country"] = country
    keys = ["street", "postcode", "city", *(["kvk"] if country == _COUNTRY else [])]
    for key in keys:
        found[key] = _ask(key, lambda said, key=key: _wrong(key, said, country))  # type: ignore[misc]
    keys = ["vat_id"] if found.get("kvk") or country != _COUNTRY else []
    keys += ["reference"] if found.get("kvk") else []
    keys += ["email", "iban", *(["language"] if country != _COUNTRY else [])]
    for key in keys:
        found[key] = _ask(key, lambda said, key=key: _wrong(key, said, country))  # type: ignore[misc]
    return customer, {key: _stored(key, value) for key, value in found.items() if value}


def _ask(key: str, wrong: Callable[[str], str], proposed: str = "") -> str:
    """An answer with which nothing is wrong."""
    while True:
        prompt = words(f"invoices.ask-{key.replace('_', '-')}") + (f" [{proposed}]" if proposed else "")
        try:
            said = tidy(input(f"{visible(prompt)} "))
        except EOFError:
            print()  # noqa: T201
            raise SystemExit(1) from None
        if not (message := wrong(said)):
            return said
        print_indented(console(), f"  {message}")


def _short(name: str) -> str:
    """A short name for the customer: the longest word of the name that says something."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    found = [word for word in re.findall(r"[a-z][a-z0-9]*", plain) if word not in _KINDS]
    return max(found, key=len)[:30] if found else ""
