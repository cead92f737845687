"""Who left: what is put right since, and what stays open, stands in every document that it concerns."""

import csv
import io
import json
from pathlib import Path

import pytest
from conftest import Run

REGISTER = "ledgers/coop.beancount"
LEDGER = "ledgers/members/amina.beancount"
PACK = "rules/vrije-uitloop.toml"
LATE = '\n2026-02-20 * "Vergeten"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'
STEPS = """
[[step]]
id = "costs"
label = "kosten"
input = "costs"
carry = true
party = "supplier"
source = "s"

[[step]]
id = "offset"
label = "verrekend"
rate = "60%"
of = "after.costs"
to = "Liabilities:Lid"
party = "municipality"
settle = "reduction"
source = "s"

[[step]]
id = "member"
label = "voor jou"
all = true
to = "Liabilities:Lid"
party = "member"
source = "s"
"""


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def booked(day: str, account: str, amount: str) -> str:
    return f'\n{day} * "{account}"\n  {account}  {amount} EUR\n  Assets:Bank\n'


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def leaver(coop: Path) -> Path:
    """Amina was a member up to April 2026, and earned 200 in January; Bob is one still."""
    pack = (coop / PACK).read_text()
    (coop / PACK).write_text(pack[: pack.index("[[step]]")] + STEPS)
    (coop / LEDGER).write_text(
        'include "../accounts.beancount"\n' + booked("2026-01-10", "Income:Omzet", "-200.00")
    )
    bob = '\n2026-01-01 custom "member" "bob"\n  name: "Bob"\n  rules: "vrije-uitloop"\n'
    append(coop / REGISTER, bob + '\n2026-04-01 custom "member" "amina"\n  left: TRUE\n')
    (coop / "ledgers/members/bob.beancount").write_text('include "../accounts.beancount"\n')
    return coop


@pytest.fixture
def righted(leaver: Path, quick: Run) -> Path:
    """May is closed; then 100 more turns out to have been earned in February. June books it."""
    for command in (["allocate", "2026-05"], ["close", "2026-05"]):
        assert quick(*command, "--coop", str(leaver)).status == 0
    append(leaver / LEDGER, LATE)
    assert quick("allocate", "2026-06", "--coop", str(leaver)).status == 0
    return leaver


def stated(quick: Run, coop: Path, month: str, form: str = "txt") -> Path:
    assert quick("statements", month, "--format", form, "--coop", str(coop)).status == 0
    return coop / "statements" / month


def test_a_correction_stands_in_every_document_of_the_month_that_books_it(righted: Path, quick: Run) -> None:
    made = stated(quick, righted, "2026-06")
    official = "Te verrekenen met de uitkering"  # what an official has yet to do, whatever the rules call it
    for name, label in (
        ("member/amina", "verrekend"), ("municipality/amina", official), ("year/amina", "verrekend")
    ):  # fmt: skip
        text = flat((made / f"{name}.txt").read_text("utf-8"))
        assert f"{label} in februari 2026 was € 0,00, wordt € 60,00: € 60,00 meer" in text, name
    for name, row in (
        ("municipality/cover", f"{official} februari 2026"), ("coop/overview", "verrekend feb 2026")
    ):  # fmt: skip
        text = flat((made / f"{name}.txt").read_text("utf-8"))
        assert f"Amina {row} 0,00 60,00 60,00" in text, name
    cover = flat((made / "municipality/cover.txt").read_text("utf-8"))
    assert "In deze bedragen zit van eerdere maanden: inhouding € 60,00, betaling € 0,00." in cover
    member = flat((made / "member/amina.txt").read_text("utf-8"))
    assert "Je bent geen lid meer." in member
    assert "betaalt de gemeente € 60,00 minder uitkering" in member
    assert "nog € 100,00 voor je bij op 30 juni 2026" in member
    assert "De gemeente: € 60,00 meer." in flat((made / "coop/overview.txt").read_text("utf-8"))
    cover = flat((made / "municipality/cover.txt").read_text("utf-8"))
    assert "Deelnemers van Case: 1." in cover
    assert "TeVerrekenenInkomsten 0,00 60,00 60,00" in cover
    rows = list(csv.DictReader(io.StringIO((made / "municipality/return.csv").read_text("utf-8"))))
    assert [(r["month"], r["member"], r["correction"], r["becomes"]) for r in rows] == [
        ("2026-06", "bob", "", ""),
        ("2026-02", "amina", "verrekend", "60.00"),
        ("2026-02", "amina", "voor jou", "40.00"),
    ]
    assert [r["TeVerrekenenInkomsten"] for r in rows] == ["0.00", "60.00", "0.00"]
    assert [r["InkomstenVrijlating"] for r in rows] == ["0.00", "0.00", "40.00"]
    # The month after has nothing to tell any more, but for the year.
    assert quick("allocate", "2026-07", "--coop", str(righted)).status == 0
    later = stated(quick, righted, "2026-07")
    assert not (later / "member/amina.txt").exists()
    assert "verrekend in februari 2026 was" in (later / "year/amina.txt").read_text("utf-8")


def test_who_left_a_year_ago_has_a_year_statement_of_what_is_put_right(leaver: Path, quick: Run) -> None:
    for name in (REGISTER, PACK, "ledgers/accounts.beancount", LEDGER):
        path = leaver / name
        path.write_text(path.read_text().replace("2026-", "2025-"))
    for command in (["allocate", "2026-01"], ["close", "2025-12"]):
        assert quick(*command, "--coop", str(leaver)).status == 0
    append(leaver / LEDGER, LATE.replace("2026", "2025"))
    assert quick("allocate", "2026-01", "--coop", str(leaver)).status == 0
    text = (stated(quick, leaver, "2026-01") / "year/amina.txt").read_text("utf-8")
    assert "Jaaropgave 2026" in text
    assert "verrekend in februari 2025 was" in text


@pytest.mark.parametrize("form", ["txt", "html", "pdf"])
def test_the_documents_of_who_left_can_be_verified(form: str, righted: Path, quick: Run) -> None:
    made = stated(quick, righted, "2026-06", form)
    for name in ("member/amina", "municipality/amina", "municipality/cover", "coop/overview", "year/amina"):
        done = quick("verify", str(made / f"{name}.{form}"), "--coop", str(righted))
        assert (done.status, done.err) == (0, ""), name
    append(righted / LEDGER, LATE.replace("100.00", "10.00"))
    for name in ("member/amina", "municipality/amina", "municipality/cover", "coop/overview", "year/amina"):
        assert quick("verify", str(made / f"{name}.{form}"), "--coop", str(righted)).status == 1, name


def test_explain_tells_who_left_what_is_put_right(righted: Path, quick: Run) -> None:
    done = quick("explain", "amina", "2026-06", "--coop", str(righted))
    assert (done.status, done.err) == (0, "")
    said = flat(done.out)
    assert "Amina deed in deze maand niet meer mee" in said
    assert "verrekend in februari 2026 was € 0,00, wordt € 60,00: € 60,00 verschil." in said
    assert "voor jou" in said
    said = quick("explain", "amina", "2026-06", "offset", "--coop", str(righted)).out
    assert "verrekend" in said
    assert "voor jou" not in said
    assert quick("explain", "amina", "2026-06", "ofset", "--coop", str(righted)).status == 2
    table = json.loads(quick("explain", "amina", "2026-06", "--json", "--coop", str(righted)).out)
    assert (table["steps"], table["pool"]) == ([], "0.00")
    assert [(c["of"], c["step"], c["becomes"]) for c in table["corrections"]] == [
        ("2026-02", "offset", "60.00"), ("2026-02", "member", "40.00"),
    ]  # fmt: skip
    # A month that books nothing of hers is none of hers.
    done = quick("explain", "amina", "2026-07", "--coop", str(righted))
    assert (done.status, done.out) == (2, "")


LOSS = booked("2026-04-10", "Income:Omzet", "250.00")
EARLIER_LOSS = booked("2026-03-10", "Income:Omzet", "250.00")
COSTS = booked("2026-04-12", "Expenses:Onkosten", "35.00")
BACK = booked("2026-04-12", "Expenses:Onkosten", "-15.00")
SOLD = booked("2026-04-20", "Income:Omzet", "-20.00")


@pytest.mark.parametrize(
    ("bookings", "open_still"),
    [
        (LOSS, [(None, "250.00")]),
        (EARLIER_LOSS, [(None, "250.00")]),
        (EARLIER_LOSS + SOLD, [(None, "230.00")]),
        (LOSS + COSTS, [(None, "250.00"), ("costs", "35.00")]),
        (SOLD + COSTS, [("costs", "15.00")]),
        (LOSS + BACK, [(None, "250.00"), ("costs", "-15.00")]),
    ],
)
def test_who_leaves_is_told_what_stays_open(
    bookings: str, open_still: list[tuple[str | None, str]], leaver: Path, quick: Run
) -> None:
    append(leaver / LEDGER, bookings)
    assert quick("allocate", "2026-04", "--coop", str(leaver)).status == 0
    made = stated(quick, leaver, "2026-04")
    explained = quick("explain", "amina", "2026-04", "--coop", str(leaver))
    table = json.loads(quick("explain", "amina", "2026-04", "--json", "--coop", str(leaver)).out)
    assert [(e["step"], e["amount"]) for e in table["left_open"]] == open_still
    names = ("member/amina", "municipality/amina", "municipality/cover", "coop/overview", "year/amina")
    texts = {name: flat((made / f"{name}.txt").read_text("utf-8")) for name in names}
    for where, text in {**texts, "explain": flat(explained.out)}.items():
        for _, amount in open_still:
            assert "€ " + amount.lstrip("-").replace(".", ",") in text, where
        assert "volgende maand" not in text, where
        assert "schuift door" not in text, where
    if bookings == EARLIER_LOSS:
        assert "volgende maand" in flat(quick("explain", "amina", "2026-03", "--coop", str(leaver)).out)


def test_costs_that_the_last_rules_do_not_know_stay_open_too(leaver: Path, quick: Run) -> None:
    pack = (leaver / PACK).read_text()
    first, second = pack.index("[[step]]"), pack.index('[[step]]\nid = "offset"')
    other = (pack[:first] + pack[second:]).replace('id = "vrije-uitloop"', 'id = "zonder"')
    (leaver / "rules/zonder.toml").write_text(other.replace('of = "after.costs"\n', ""))
    append(leaver / REGISTER, '\n2026-04-01 custom "member" "amina"\n  rules: "zonder"\n')
    append(leaver / LEDGER, booked("2026-03-12", "Expenses:Onkosten", "35.00"))
    assert quick("allocate", "2026-04", "--coop", str(leaver)).status == 0
    made = stated(quick, leaver, "2026-04")
    assert "- kosten: € 35,00" in flat((made / "member/amina.txt").read_text("utf-8"))
    assert "Amina: kosten: € 35,00" in flat((made / "coop/overview.txt").read_text("utf-8"))
    said = flat(quick("explain", "amina", "2026-04", "--coop", str(leaver)).out)
    assert "blijft € 35,00 aan kosten open" in said
    # What the new rules still ask once is no longer open.
    (leaver / "rules/zonder.toml").write_text(pack.replace('id = "vrije-uitloop"', 'id = "zonder"'))
    append(leaver / LEDGER, SOLD.replace("-20", "-40"))
    said = flat(quick("explain", "amina", "2026-04", "--coop", str(leaver)).out)
    assert "blijft" not in said


def test_who_stays_leaves_nothing_open(leaver: Path, quick: Run) -> None:
    append(leaver / "ledgers/members/bob.beancount", LOSS)
    assert quick("allocate", "2026-04", "--coop", str(leaver)).status == 0
    made = stated(quick, leaver, "2026-04")
    for name in ("member/bob", "municipality/bob", "municipality/cover", "coop/overview", "year/bob"):
        assert "Wat open blijft" not in (made / f"{name}.txt").read_text("utf-8"), name
    assert "volgende maand" in flat((made / "member/bob.txt").read_text("utf-8"))


def test_when_everybody_left_it_is_not_said_that_nobody_came_yet(leaver: Path, quick: Run) -> None:
    append(leaver / REGISTER, '\n2026-04-01 custom "member" "bob"\n  left: TRUE\n')
    assert quick("allocate", "2026-05", "--coop", str(leaver)).out.startswith(
        "In mei 2026 was er niemand lid."
    )
    assert "nog niemand lid" in quick("allocate", "2025-11", "--coop", str(leaver)).out
    said = quick("allocate", "2026-05", "--member", "amina", "--coop", str(leaver)).out
    assert "nog niemand" not in said
