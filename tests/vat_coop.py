"""A small cooperative that files VAT, and what it books."""

from pathlib import Path

from conftest import small

CHART = """
2020-01-01 open Assets:Debiteuren EUR
  role: "receivable"
2020-01-01 open Assets:UitTeZoeken EUR
  role: "suspense"
2020-01-01 open Equity:Begin EUR
2020-01-01 open Assets:Inventaris EUR
  depreciation: "Expenses:Afschrijving"
2020-01-01 open Liabilities:Btw:Hoog EUR
  vat: "21%"
2020-01-01 open Liabilities:Btw:Laag EUR
  vat: "9%"
2020-01-01 open Liabilities:Btw:Verlegd EUR
  vat: "reverse"
2020-01-01 open Liabilities:Btw:Eu EUR
  vat: "reverse-eu"
2020-01-01 open Liabilities:Btw:Buiten EUR
  vat: "reverse-non-eu"
2020-01-01 open Liabilities:Btw:Prive EUR
  vat: "private"
2020-01-01 open Liabilities:Btw:Voor EUR
  vat: "input"
2020-01-01 open Liabilities:Belastingdienst EUR
  role: "tax-due"
2020-01-01 open Income:Afronding EUR
  role: "rounding"
"""

REGISTER = """
2026-01-01 custom "cooperative" "scharrelhoek"
  name: "Coöperatie De Scharrelhoek U.A."
  vat: "{scheme}"
2026-01-01 custom "customer" "buurthuis"
  name: "Stichting Buurthuis De Hoek"
  country: "NL"
2026-01-01 custom "customer" "nachbarn"
  name: "Nachbarschaftshaus"
  country: "DE"
2026-01-01 custom "customer" "zuerich"
  name: "Quartierverein"
  country: "CH"
2026-01-01 custom "member" "bo"
  name: "Bo"
  rules: "vrije-uitloop"
"""

HEAD = 'include "../accounts.beancount"\n'
TREASURY = 'include "accounts.beancount"\n'


def filing(folder: Path, scheme: str = "invoiced") -> Path:
    """The small cooperative with accounts for VAT, two members and a treasury, and nothing booked."""
    small(folder)
    with open(folder / "ledgers/accounts.beancount", "a", encoding="utf-8") as chart:
        chart.write(CHART)
    with open(folder / "ledgers/coop.beancount", "a", encoding="utf-8") as register:
        register.write(REGISTER.format(scheme=scheme))
    for member in ("amina", "bo"):
        (folder / f"ledgers/members/{member}.beancount").write_text(HEAD)
    (folder / "ledgers/treasury.beancount").write_text(TREASURY)
    return folder


def book(coop: Path, holder: str, *entries: str) -> None:
    """Put these bookings at the end of the holder's ledger."""
    path = "treasury" if holder == "coop" else f"members/{holder}"
    with open(coop / f"ledgers/{path}.beancount", "a", encoding="utf-8") as ledger:
        ledger.write("".join(f"\n{entry.strip()}\n" for entry in entries))


def sale(day: str, base: str, vat: str, account: str = "Hoog", more: str = "", against: str = "Bank") -> str:
    """A sale with VAT on that account; `more` stands below the turnover."""
    tax = f"  Liabilities:Btw:{account}  -{vat} EUR\n" if vat else ""
    return f'{day} * "klant" "verkoop"\n  Income:Omzet  -{base} EUR\n{more}{tax}  Assets:{against}\n'


def cost(day: str, base: str, vat: str) -> str:
    """A cost with input VAT."""
    return (
        f'{day} * "winkel" "inkoop"\n  Expenses:Onkosten  {base} EUR\n'
        f"  Liabilities:Btw:Voor  {vat} EUR\n  Assets:Bank\n"
    )
