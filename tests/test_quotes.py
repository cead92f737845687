"""From a quote to what was invoiced of it, and whether that was paid."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import Run
from test_projects import lay_down

QUOTE = '2026-01-05 custom "quote" "2026-014" "Wijkkrant" 850.00 EUR\n'


def invoice(amount: str, account: str, number: str = "2026-014", day: str = "2026-01-20") -> str:
    """So much of the quote, without VAT, on this account; and 21% of it as VAT."""
    income = -Decimal(amount)
    return (
        f'{day} * "Wijkkrant" "factuur"\n  quote: "{number}"\n  Income:Omzet  {income} EUR\n'
        f"  Liabilities:Btw  {income * 21 / 100:.2f} EUR\n  {account}\n"
    )


def payment(amount: str, link: str = "^2026-014") -> str:
    return f'2026-01-28 * "Wijkkrant" "betaald" {link}\n  Assets:Bank  {amount} EUR\n  Assets:Debiteuren\n'


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """The cooperative of the projects, with VAT and an account for what customers owe."""
    lay_down(tmp_path)
    with open(tmp_path / "ledgers/accounts.beancount", "a", encoding="utf-8") as chart:
        chart.write('2020-01-01 open Assets:Debiteuren EUR\n  role: "receivable"\n')
        chart.write('2020-01-01 open Liabilities:Btw EUR\n  role: "vat"\n  vat: "21%"\n')
    return tmp_path


def add(coop: Path, ledger: str, *entries: str) -> None:
    with open(coop / f"ledgers/{ledger}.beancount", "a", encoding="utf-8") as opened:
        opened.write("\n" + "\n".join(entries))


def told(coop: Path, run: Run) -> list[tuple[str, str, str, str]]:
    done = run("report", "quotes", "--json", "--coop", str(coop))
    assert (done.status, done.err) == (0, "")
    return [(q["number"], q["invoiced"], q["owed"], q["state"]) for q in json.loads(done.out)["quotes"]]


@pytest.mark.parametrize(
    ("bookings", "expected"),
    [
        ([], ("0.00", "0.00", "open")),
        ([invoice("400", "Assets:Bank")], ("400.00", "0.00", "part")),
        ([invoice("850", "Assets:Bank")], ("850.00", "0.00", "paid")),
        # 850 and a fifth of it is 1020.
        ([invoice("850", "Assets:Debiteuren")], ("850.00", "1028.50", "invoiced")),
        ([invoice("850", "Assets:Debiteuren"), payment("1000.00")], ("850.00", "28.50", "invoiced")),
        ([invoice("850", "Assets:Debiteuren"), payment("1028.50")], ("850.00", "0.00", "paid")),
        # A payment that does not say for which quote it is leaves it owed.
        ([invoice("850", "Assets:Debiteuren"), payment("1028.50", "")], ("850.00", "1028.50", "invoiced")),
        ([invoice("400", "Assets:Debiteuren"), invoice("450", "Assets:Bank")],
         ("850.00", "484.00", "invoiced")),
        # A credit note takes back; more than was offered can be asked.
        ([invoice("850", "Assets:Bank"), invoice("-50", "Assets:Bank")], ("800.00", "0.00", "part")),
        ([invoice("900", "Assets:Bank")], ("900.00", "0.00", "paid")),
    ],
)  # fmt: skip
def test_what_became_of_a_quote(
    bookings: list[str], expected: tuple[str, str, str], team: Path, quick: Run
) -> None:
    add(team, "projects/catering", QUOTE, *bookings)
    assert told(team, quick) == [("2026-014", *expected)]


def test_quotes_of_members_and_projects_in_one_list(team: Path, quick: Run) -> None:
    add(team, "projects/catering", QUOTE, invoice("900", "Assets:Debiteuren"))
    add(team, "members/bram", '2026-01-02 custom "quote" "B1" "School" 30.00 EUR\n')
    assert [row[0] for row in told(team, quick)] == ["B1", "2026-014"]
    said = quick("report", "quotes", "--coop", str(team)).out.replace("\xa0", " ")
    for line in (
        "Bram\n", "Catering\n", "2026-014 5 jan 2026 Wijkkrant  850,00  900,00 1.089,00 gefactureerd",
        "2026-014: er is € 50,00 meer gefactureerd dan de offerte was.", "Samen: € 880,00 aan offertes",
    ):  # fmt: skip
        assert line in said
    assert max(map(len, said.split("\n"))) <= 80
    said = quick("report", "quotes", "--member", "bram", "--lang", "en", "--coop", str(team)).out
    assert "School" in said
    assert "Wijkkrant" not in said
    assert "There are no quotes." in quick(
        "report", "quotes", "--member", "amina", "--lang", "en", "--coop", str(team)
    ).out  # fmt: skip


def test_quotes_change_nothing_about_the_money(team: Path, quick: Run) -> None:
    before = quick("allocate", "2026-01", "--json", "--dry-run", "--coop", str(team)).out
    add(team, "projects/catering", QUOTE)
    add(team, "members/bram", '2026-01-02 custom "quote" "B1" "School" 30.00 EUR\n')
    done = quick("allocate", "2026-01", "--json", "--dry-run", "--coop", str(team))
    assert (done.out, done.err) == (before, "")


@pytest.mark.parametrize(
    ("entry", "line", "code"),
    [
        ('2026-01-05 custom "quote" "2026-015" "Wijkkrant"\n', 1, "quote"),
        ('2026-01-05 custom "quote" "2026-015" 850.00 EUR "Wijkkrant"\n', 1, "quote"),
        ('2026-01-05 custom "quote" "2026-015" "Wijkkrant" 850.001 EUR\n', 1, "quote"),
        ('2026-01-05 custom "quote" "2026-015" "Wijkkrant" -850.00 EUR\n', 1, "quote"),
        ('2026-01-05 custom "quote" "2026-015" "Wijkkrant" 10 UUR\n', 1, "quote"),
        ('2026-01-05 custom "quote" "twee woorden" "Wijkkrant" 850.00 EUR\n', 1, "quote"),
        (QUOTE, 1, "quote-twice"),
        (invoice("850", "Assets:Bank", "2026-041"), 2, "quote-unknown"),
        (invoice("850", "Assets:Bank", "B1"), 2, "quote-elsewhere"),
        (QUOTE.replace("014", "016") + "\n" + payment("50.00", "^2026-014 ^2026-016"), 3, "quote-both"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(entry: str, line: int, code: str, team: Path, quick: Run) -> None:
    add(team, "members/bram", '2026-01-02 custom "quote" "B1" "School" 30.00 EUR\n')
    add(team, "projects/catering", QUOTE)
    at = (team / "ledgers/projects/catering.beancount").read_text().count("\n") + 1
    add(team, "projects/catering", entry)
    done = quick("check", "--json", "--coop", str(team))
    found = [(p["file"], p["line"] - at, p["code"]) for p in json.loads(done.out)["problems"]]
    assert found == [("ledgers/projects/catering.beancount", line, code)]
    report = quick("report", "quotes", "--coop", str(team))
    assert report.status == 1
    assert f"ledgers/projects/catering.beancount:{at + line}: " in report.err


def test_the_number_that_was_meant_is_named(team: Path, quick: Run) -> None:
    add(team, "projects/catering", QUOTE, invoice("850", "Assets:Bank", "2026-0014"))
    assert "Bedoel je 2026-014?" in quick("check", "--coop", str(team)).err


@pytest.mark.parametrize("kind", ["qoute", "offerte"])
def test_a_slip_in_the_word_is_told(kind: str, team: Path, quick: Run) -> None:
    add(team, "projects/catering", QUOTE.replace('"quote"', f'"{kind}"'))
    done = quick("check", "--coop", str(team))
    assert done.status == 0
    assert f'"{kind}"' in done.err
    assert "Bedoel je quote?" in done.err


def test_a_number_that_another_ledger_has_too(team: Path, quick: Run) -> None:
    add(team, "projects/catering", QUOTE)
    add(team, "members/bram", QUOTE)
    done = quick("check", "--coop", str(team))
    assert done.status == 1
    assert "Offerte 2026-014 staat ook op ledgers/members/bram.beancount:" in done.err
