"""A small cooperative that sends invoices."""

from pathlib import Path

from bank_coop import with_bank

AMINA = "ledgers/members/amina.beancount"
CUSTOMERS = "ledgers/customers.beancount"
ISSUED = "ledgers/invoices"
TREASURY = "ledgers/treasury.beancount"

COOPERATIVE = """
2025-01-01 custom "cooperative" "hoek"
  name: "Coöperatie De Hoek U.A."
  kvk: "12345678"
  vat_id: "NL123456782B90"
  street: "Heuvelstraat 12"
  postcode: "4812 AB"
  city: "Breda"
  country: "NL"
  vat: "invoiced"
  terms: 30
"""
BUURTHUIS = """
2026-01-01 custom "customer" "buurthuis"
  name: "Stichting Buurthuis De Hoek"
  street: "Hoekstraat 1"
  postcode: "4811 AB"
  city: "Breda"
  kvk: "87654321"
  terms: 14
2026-01-01 custom "customer" "janssen"
  name: "J. Janssen"
  iban: "NL20INGB0001234567"
2026-01-01 custom "customer" "werk"
  name: "Werk GmbH"
  street: "Weg 1"
  postcode: "10115"
  city: "Berlin"
  country: "DE"
"""
BIKES = """
2026-10-05 * "buurthuis" "tien fietsen rijklaar gemaakt"
  invoice: "buurthuis"
  delivered: 2026-10-04
  Income:Omzet  -100.00 EUR
    line: "fiets rijklaar gemaakt"
    quantity: 10
  Liabilities:Btw:Hoog  -21.00 EUR
  Assets:Debiteuren
"""
ADVICE = """
2026-10-02 * "janssen" "advies"
  invoice: "janssen"
  Income:Omzet  -50.00 EUR
    vat: "21%"
  Liabilities:Btw  -10.50 EUR
  Assets:Debiteuren  60.50 EUR
"""


def with_invoices(folder: Path) -> Path:
    """The small cooperative with a bank account, three customers and two drafts."""
    with_bank(folder)
    append(folder, "ledgers/coop.beancount", COOPERATIVE)
    (folder / CUSTOMERS).write_text(BUURTHUIS)
    append(folder, AMINA, BIKES + ADVICE)
    return folder


def append(folder: Path, name: str, text: str) -> None:
    with open(folder / name, "a", encoding="utf-8") as file:
        file.write(text)


def replace(folder: Path, name: str, was: str, becomes: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert was in text
    (folder / name).write_text(text.replace(was, becomes, 1), "utf-8")
