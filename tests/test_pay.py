"""What is due is paid once: booked, ordered at the bank, closed by its line, due again if it comes back."""

import json
import os
import re
import shlex
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sepaxml
import xmlschema
from bank_coop import Given, camt
from beancount import loader
from beancount.core import data
from beancount.core.inventory import Inventory
from conftest import REPOSITORY, Once, Ran, Run, examples, some, takes_seconds
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from pay_coop import AMINA_IBAN, BRAM_IBAN, RUN, TOWN_IBAN, by_quarter, closed_in_june, paying, unpaid
from test_docs import STEP, comes_out
from test_faults import die, failing_at, no_space

from scharrel.formats.pain001 import CreditTransfer, TransferOrder, pain001, sepa_text

CHART = "ledgers/accounts.beancount"
REGISTER = "ledgers/coop.beancount"
AMINA = "ledgers/members/amina.beancount"
BRAM = "ledgers/members/bram.beancount"
BOOKED = f"ledgers/payments/{RUN}.beancount"
ISSUED_FILES = "ledgers/issued.json"
ORDER = f"payments/{RUN}.xml"


class Payer:
    """The command on one cooperative."""

    def __init__(self, quick: Run, coop: Path):
        self.quick, self.coop = quick, coop

    def run(self, *arguments: str) -> Ran:
        return self.quick(*arguments, "--coop", str(self.coop))

    def pay(self, *arguments: str) -> dict[str, Any]:
        """What a run that must succeed tells programs."""
        done = self.run("pay", *arguments, "--json")
        assert done.status == 0, done.err
        return dict(json.loads(done.out))

    def amounts(self, *arguments: str) -> dict[tuple[str, str], str]:
        return {(p["to"], p["holder"]): p["amount"] for p in self.pay(*arguments, "--dry-run")["payments"]}

    def take(self, *lines: Given, opening: str = "1250.00", last: str = "") -> list[dict[str, Any]]:
        """Import a statement of these lines from October on; those lines as they came into the books."""
        file = self.coop / "afschrift.xml"
        file.write_bytes(camt(lines, opening, first="2026-10-01", last=last or lines[-1].day))
        done = self.run("bank", "import", str(file), "--json")
        assert done.status == 0, done.err
        return list(json.loads(done.out)["lines"])

    def add(self, file: str, text: str) -> None:
        path = self.coop / file
        path.write_text((path.read_text() if path.exists() else "") + text)

    def put(self, file: str, old: str, new: str) -> None:
        text = (self.coop / file).read_text()
        assert old in text
        (self.coop / file).write_text(text.replace(old, new, 1))

    def tree(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.coop)): path.read_bytes()
            for path in self.coop.rglob("*")
            if path.is_file() and ".scharrel" not in path.parts
        }

    def problems(self) -> list[dict[str, Any]]:
        """What `check` tells, but for what was at the bank before: no ledger has that here."""
        found = json.loads(self.run("check", "--json").out)["problems"]
        return [problem for problem in found if problem["code"] != "bank-opening"]

    def told(self) -> list[tuple[str, str]]:
        return [(problem["file"], problem["code"]) for problem in self.problems()]

    def sums(self, file: str) -> dict[str, Inventory]:
        """What is on each account, as beancount reads the file, which is sound."""
        entries, errors, _ = loader.load_file(str(self.coop / file))
        assert not errors, errors
        found: dict[str, Inventory] = {}
        for entry in entries:
            for posting in entry.postings if isinstance(entry, data.Transaction) else ():
                found.setdefault(posting.account, Inventory()).add_position(posting)
        return found


@pytest.fixture
def payer(quick: Run, once: Once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Payer:
    monkeypatch.setattr("scharrel.cli.pay.today", lambda: date(2026, 11, 5))
    return Payer(quick, once(paying, tmp_path / "coop"))


@cache
def _schema(version: str) -> xmlschema.XMLSchema:
    folder = Path(sepaxml.__file__).parent / "schemas"
    return xmlschema.XMLSchema(str(folder / f"pain.001.001.{version}.xsd"))


def judged(order: bytes, version: str = "09") -> None:
    """The order is what the standard asks, and no address is in it."""
    _schema(version).validate(BytesIO(order))
    assert b"PstlAdr" not in order
    assert b"AdrLine" not in order


def test_what_is_due_is_paid_once(payer: Payer) -> None:
    assert payer.amounts() == {
        ("member", "amina"): "796.97", ("member", "bram"): "219.40",
        ("municipality", "amina"): "144.24", ("municipality", "bram"): "39.40",
    }  # fmt: skip
    assert not (payer.coop / "payments").exists()
    told = payer.pay()
    assert (told["run"], told["on"], told["total"]) == (RUN, "2026-11-05", "1200.01")
    assert told["payments"][1] == {
        "to": "member", "holder": "bram", "name": "Joao Bram", "iban": BRAM_IBAN, "amount": "219.40",
        "due": "239.40", "in_hand": "20.00", "text": "Uitbetaling tot en met juni 2026", "id": f"{RUN}-02",
    }  # fmt: skip
    assert told["payments"][2]["text"].startswith("dossier 2026-113 Amina el Idrissi")
    assert told["not_paid"] == []
    before = payer.tree()
    judged(before[ORDER])
    assert stat.S_IMODE((payer.coop / ORDER).stat().st_mode) == 0o600
    again = payer.pay()
    assert (again["run"], again["payments"], again["total"]) == (None, [], "0.00")
    assert payer.tree() == before
    assert payer.told() == []


def test_a_run_is_bookings_that_any_program_reads(payer: Payer) -> None:
    payer.pay()
    assert """
2026-11-05 * "Joao Bram" "Uitbetaling tot en met juni 2026"
  payment: "2026-11-05-1-02"
  to: "member"
  for: "bram"
  iban: "NL44RABO0123456789"
  Liabilities:Lid                     239.40 EUR
  Assets:Kas                          -20.00 EUR
  Liabilities:Onderweg               -219.40 EUR
""" in (payer.coop / BOOKED).read_text()
    assert str(payer.sums(BOOKED)["Liabilities:Onderweg"]) == "(-1200.01 EUR)"
    assert payer.run("allocate", "2026-10").status == 0
    book = payer.sums("ledgers/books/bram.beancount")
    assert book["Liabilities:Lid"].is_empty()
    assert book["Assets:Kas"].is_empty()
    assert str(book["Liabilities:Onderweg"]) == "(-258.80 EUR)"
    assert f'source: "{BOOKED}:' in (payer.coop / "ledgers/books/bram.beancount").read_text()
    whole = payer.sums("ledgers/consolidated.beancount")
    assert str(whole["Liabilities:Onderweg:Amina"]) == "(-941.21 EUR)"


def test_only_whom_and_up_to_when_is_asked_for(payer: Payer) -> None:
    assert payer.amounts("--to", "municipality").keys() == {
        ("municipality", "amina"), ("municipality", "bram")
    }  # fmt: skip
    assert payer.amounts("--to", "member", "--through", "2026-03") == {("member", "amina"): "235.14"}
    # What was taken counts at once, of whatever month it is.
    payer.add(AMINA, '\n2026-11-02 * "voorschot"\n  Liabilities:Lid  45.20 EUR\n  Assets:Bank\n')
    assert payer.amounts("--to", "member", "--through", "2026-03") == {("member", "amina"): "189.94"}
    done = payer.run("pay", "--through", "2026-07")
    assert done.status == 1
    assert "scharrel close 2026-07" in done.err
    for wrong in (
        ("--on", "2026-06-30"),
        ("--on", "morgen"),
        ("--on", "2062-11-05"),
        ("--to", "bank"),
        ("--version", "9"),
    ):
        assert payer.run("pay", *wrong).status == 2, wrong
    assert "al gesloten" in payer.run("pay", "--on", "2026-06-30").err
    assert "Kies uit: member, municipality, tax." in payer.run("pay", "--to", "bank").err


def test_who_holds_more_than_is_due_is_told_what_to_hand_in(payer: Payer) -> None:
    payer.add(BRAM, '\n2026-11-01 * "klant" "contant"\n  Assets:Kas  300.00 EUR\n  Income:Omzet\n')
    payer.add(AMINA, '\n2026-11-01 * "voorschot"\n  Liabilities:Lid  800.00 EUR\n  Assets:Bank\n')
    told = payer.pay("--to", "member")
    assert told["run"] is None
    assert [(n["holder"], n["why"], n["amount"]) for n in told["not_paid"]] == [
        ("amina", "ahead", "3.03"), ("bram", "hand-in", "80.60")
    ]  # fmt: skip
    assert "€\xa080,60 meer in handen" in payer.run("pay").out
    assert not (payer.coop / BOOKED).exists() or "Kas" not in (payer.coop / BOOKED).read_text()


def test_what_a_member_laid_out_is_paid_too(payer: Payer) -> None:
    payer.add(BRAM, '\n2026-11-01 * "bakker"\n  Expenses:Onkosten  50.00 EUR\n  Assets:Kas\n')
    assert payer.amounts("--to", "member")["member", "bram"] == "269.40"
    payer.pay()
    assert payer.run("allocate", "2026-10").status == 0
    assert payer.sums("ledgers/books/bram.beancount")["Assets:Kas"].is_empty()


def test_without_account_number_payee_or_letters_nothing_is_paid_and_that_is_told(payer: Payer) -> None:
    payer.put(REGISTER, f'  iban: "{AMINA_IBAN}"\n', "")
    payer.put(REGISTER, "João Bram", "يوسف")
    payer.put(REGISTER, '"payee" "municipality"', '"payee" "tax"')
    told = payer.pay()
    assert told["run"] is None
    assert [(n["holder"], n["to"], n["why"]) for n in told["not_paid"]] == [
        ("amina", "member", "no-iban"), ("bram", "member", "no-letters"),
        ("amina", "municipality", "no-payee"), ("bram", "municipality", "no-payee"),
    ]  # fmt: skip
    out = payer.run("pay").out
    assert "Er is niets uit te betalen." in out
    assert "geen iban: in het ledenregister" in out
    english = payer.run("pay", "--lang", "en")
    assert 'Put custom "payee" "municipality" in the register' in " ".join(english.out.split())
    payer.quick("--lang", "nl", "--version")


def test_a_name_that_looks_like_a_nickname_is_asked_about(payer: Payer) -> None:
    payer.put(REGISTER, "Amina el Idrissi", "Amina")
    done = payer.run("pay", "--to", "member")
    assert done.status == 0
    line = (payer.coop / REGISTER).read_text().split("\n").index('  name: "Amina"') + 1
    assert f'{REGISTER}:{line}: let op: De bank vergelijkt naam en rekening: heet "Amina"' in done.err


FILED = """\
include "accounts.beancount"

2026-10-20 * "aangifte"
  Equity:Begin  310.00 EUR
  Liabilities:Aangifte
"""


def test_the_tax_office_is_paid_what_was_filed_by_its_reference(payer: Payer) -> None:
    payer.add(CHART, "2020-01-01 open Equity:Begin EUR\n")
    payer.add("ledgers/treasury.beancount", FILED)
    payer.add(
        REGISTER,
        f'2026-01-01 custom "payee" "tax"\n  name: "Belastingdienst"\n  iban: "{TOWN_IBAN}"\n'
        '  reference: "1234 5678 9012 3456"\n',
    )
    (payment,) = payer.pay("--to", "tax")["payments"]
    assert (payment["holder"], payment["amount"], payment["text"]) == ("coop", "310.00", "1234567890123456")
    order = (payer.coop / ORDER).read_bytes()
    judged(order)
    assert b"<Issr>CUR</Issr></Tp><Ref>1234567890123456</Ref>" in order
    assert payer.pay("--to", "tax")["payments"] == []
    assert not payer.run("explain", "coop", "2026-11").status


def test_what_is_filed_in_several_books_is_one_payment(payer: Payer) -> None:
    payer.add(CHART, "2020-01-01 open Equity:Begin EUR\n")
    payer.add("ledgers/treasury.beancount", FILED)
    payer.add(BRAM, FILED.partition("\n")[2].replace("310.00", "40.00"))
    payer.add(
        REGISTER, f'2026-01-01 custom "payee" "tax"\n  name: "Belastingdienst"\n  iban: "{TOWN_IBAN}"\n'
    )
    assert payer.amounts("--to", "tax") == {("tax", "coop"): "350.00"}
    payer.pay("--to", "tax")
    before = (payer.coop / ORDER).read_bytes()
    judged(before)
    (payer.coop / ORDER).unlink()
    assert payer.pay("--to", "tax")["renewed"] == [RUN]
    assert (payer.coop / ORDER).read_bytes() == before
    (line,) = payer.take(left("350.00", TOWN_IBAN))
    assert (line["for"], line["why"]) == ("coop", f"payment {RUN}-01")


def test_equal_payments_to_one_account_are_told_apart_by_their_text(payer: Payer) -> None:
    payer.add(BRAM, '\n2026-11-03 * "gemeente"\n  Assets:Bank  104.84 EUR\n  Liabilities:Gemeente\n')
    payer.pay("--to", "municipality")
    text = "Dossier 2026-113 Joao Bram, verrekening tot en met juni 2026"
    first, second = payer.take(left("144.24", TOWN_IBAN, text), left("144.24", TOWN_IBAN))
    assert (first["for"], second["for"]) == ("bram", "amina")


def test_the_screen_tells_why_within_its_width(payer: Payer) -> None:
    done = payer.run("pay", "--to", "member")
    lines = done.out.replace("\xa0", " ").split("\n")
    assert max(map(len, lines)) <= 80
    assert lines[:9] == [
        "Uit te betalen tot en met juni 2026, op 5 november 2026",
        "Aan leden",
        "  Amina el Idrissi                                                      € 796,97",
        "    NL20 INGB 0001 2345 67",
        "    Verdeeld € 796,97.",
        "  Joao Bram                                                             € 219,40",
        "    NL44 RABO 0123 4567 89",
        "    Verdeeld € 239,40, in handen € 20,00.",
        "Samen                                                                 € 1.016,37",
    ]
    assert f"De opdracht voor de bank: {ORDER}" in " ".join(lines)


def left(amount: str, iban: str = AMINA_IBAN, text: str = "", day: str = "2026-11-06") -> Given:
    return Given(day, f"-{amount}", "iemand", iban, text, f"x{amount}{text}")


def test_the_banks_lines_close_a_run_one_by_one(payer: Payer) -> None:
    payer.pay("--to", "member")
    lines = payer.take(left("796.97"), left("219.40", "", f"uit {RUN}-02"))
    assert [(one["for"], one["account"], one["why"]) for one in lines] == [
        ("amina", "Liabilities:Onderweg", f"payment {RUN}-01"),
        ("bram", "Liabilities:Onderweg", f"payment {RUN}-02"),
    ]
    assert payer.run("allocate", "2026-10").status == 0
    for member in ("amina", "bram"):
        assert payer.sums(f"ledgers/books/{member}.beancount")["Liabilities:Onderweg"].is_empty()
    done = payer.run("pay", "--cancel", RUN, "--reason", "toch niet")
    assert done.status == 1
    assert "staat al iets op een afschrift" in done.err


@pytest.mark.parametrize(
    ("line", "known"),
    [
        (left("1016.37", "", f"SEPA BATCH {RUN} AANTAL OPDRACHTEN 2"), True),
        (left("1016.37", "", "kenmerk:2026- 11-05-1"), True),
        (left("1016.37", "", "TOTAAL BETALINGEN"), True),
        (left("1016.37", AMINA_IBAN), False),
        (left("1016.37", "", "TOTAAL BETALINGEN", "2026-11-12"), False),
        (left("1016.37", "", f"uit {RUN}2"), False),
        (left("1016.36", "", RUN), False),
        (left("796.97", BRAM_IBAN), False),
        (left("796.97", AMINA_IBAN, f"uit {RUN}-02"), False),
        (left("219.40", BRAM_IBAN, "", "2026-10-25"), False),
        (left("219.40", BRAM_IBAN, "uit 2026-11-04-1"), False),
    ],
)
def test_the_banks_line_is_a_whole_run_or_a_payment_only_where_that_is_sure(
    line: Given, known: bool, payer: Payer
) -> None:
    payer.pay("--to", "member")
    (found,) = payer.take(line)
    assert (found["account"] == "Liabilities:Onderweg") == known
    if known:
        assert (found["for"], found["why"]) == ("coop", f"payment {RUN}")
        assert payer.run("allocate", "2026-10").status == 0
        whole = payer.sums("ledgers/consolidated.beancount")
        names = [name for name in whole if name.startswith("Liabilities:Onderweg:")]
        assert sum((whole[name].get_currency_units("EUR").number for name in names), Decimal(0)) == 0


def test_a_line_that_is_put_on_its_way_by_hand_closes_a_payment_too(payer: Payer) -> None:
    payer.pay("--to", "member")
    # As a bank books what was paid by telephone: with neither account nor reference.
    (line,) = payer.take(left("219.40", "", "spoed"), last="2026-11-12")
    assert line["for"] is None
    answer = ("--for", "bram", "--account", "Liabilities:Onderweg")
    assert payer.run("bank", "assign", line["id"], *answer).status == 0
    (told,) = payer.problems()
    assert (told["code"], "Joao" in told["message"]) == ("run-unconfirmed", False)


def test_two_payments_that_a_line_can_be_are_none(payer: Payer) -> None:
    payer.pay("--to", "member")
    payer.add(BRAM, '\n2026-11-03 * "bakker"\n  Expenses:Onkosten  219.40 EUR\n  Assets:Kas\n')
    payer.pay("--to", "member")
    unsure = left("219.40", BRAM_IBAN)
    (found,) = payer.take(unsure)
    assert found["for"] is None
    _, found = payer.take(unsure, left("219.40", BRAM_IBAN, "2026-11-05-2-01", "2026-11-07"))
    assert found["why"] == "payment 2026-11-05-2-01"


def test_a_payment_that_comes_back_is_due_again(payer: Payer) -> None:
    payer.pay("--to", "member")
    back = Given("2026-11-09", "219.40", "Bank", BRAM_IBAN, "RETOUR ongeldig rekeningnummer", "r1")
    lines = payer.take(left("219.40", BRAM_IBAN), left("796.97"), back)
    assert (lines[2]["for"], lines[2]["account"]) == ("bram", "Liabilities:Lid")
    assert lines[2]["why"] == f"returned {RUN}-02"
    told = " ".join(payer.run("pay", "--to", "member", "--dry-run").err.split())
    assert f'Joao Bram ({BRAM_IBAN}) kwam op 9 november 2026 terug. De bank zei: "RETOUR ongeldig' in told
    assert payer.amounts("--to", "member") == {("member", "bram"): "219.40"}
    # Once, and only who was paid: a deposit of the same amount is none.
    again = back._replace(day="2026-11-10", reference="r2")
    deposit = Given("2026-11-10", "796.97", "Amina", AMINA_IBAN, "inleg", "r3")
    (*_, twice, paid_in) = payer.take(left("219.40", BRAM_IBAN), left("796.97"), back, again, deposit)
    assert twice["for"] is None
    assert paid_in["for"] is None


def test_why_a_payment_came_back_is_told_until_another_arrives(payer: Payer) -> None:
    payer.pay("--to", "member")
    out, back = left("219.40", BRAM_IBAN), Given("2026-11-09", "219.40", "Bram", BRAM_IBAN, "uitbetaling")
    file = payer.coop / "terug.xml"
    said = b"uitbetaling</Ustrd></RmtInf><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
    content = camt([out, left("796.97"), back], "1250.00", first="2026-10-01")
    file.write_bytes(content.replace(b"uitbetaling</Ustrd></RmtInf>", said))
    (*_, line) = json.loads(payer.run("bank", "import", str(file), "--json").out)["lines"]
    assert line["why"] == f"returned {RUN}-02: AC04"
    again = payer.run("pay", "--to", "member")
    assert 'De bank zei: "AC04"' in " ".join(again.err.split())
    payer.take(out, left("796.97"), back, left("219.40", BRAM_IBAN, day="2026-11-10"))
    payer.add(BRAM, '\n2026-11-11 * "bakker"\n  Expenses:Onkosten  20.00 EUR\n  Assets:Kas\n')
    last = payer.run("pay", "--to", "member", "--dry-run")
    assert (last.status, "kwam op" in last.err) == (0, False)


def test_a_run_is_cancelled_by_bookings_of_its_own(payer: Payer) -> None:
    payer.pay("--to", "member")
    before = payer.tree()
    for arguments, status in (
        (("--cancel", RUN), 2),
        (("--cancel", RUN, "--reason", " "), 2),
        (("--cancel", RUN, "--reason", "x", "--to", "tax"), 2),
        (("--reason", "x"), 2),
        (("--cancel", "2026-11-05-9", "--reason", "x"), 2),
        (("--cancel", RUN, "--reason", "x", "--dry-run"), 0),
    ):
        assert payer.run("pay", *arguments).status == status, arguments
    assert payer.tree() == before
    done = payer.run("pay", "--cancel", RUN, "--reason", 'de bank "weigerde"', "--json")
    assert done.status == 0, done.err
    assert json.loads(done.out)["run"] == RUN
    after = payer.tree()
    assert ORDER not in after
    assert after[BOOKED] == before[BOOKED]
    assert not payer.told()
    assert payer.run("pay", "--cancel", RUN, "--reason", "x").status == 1
    told = payer.pay("--to", "member")
    assert (told["run"], told["total"]) == ("2026-11-05-2", "1016.37")
    assert payer.run("allocate", "2026-10").status == 0
    assert str(payer.sums("ledgers/books/bram.beancount")["Liabilities:Onderweg"]) == "(-219.40 EUR)"
    (found,) = payer.take(left("219.40", BRAM_IBAN))
    assert found["why"] == "payment 2026-11-05-2-02"


def test_an_order_is_made_anew_from_the_run(payer: Payer) -> None:
    payer.pay()
    first = (payer.coop / ORDER).read_bytes()
    (payer.coop / ORDER).write_bytes(first[:200])
    payer.put(REGISTER, "Amina el Idrissi", "Iemand Anders")
    assert payer.pay("--dry-run")["renewed"] == []
    assert payer.pay()["renewed"] == [RUN]
    assert (payer.coop / ORDER).read_bytes() == first
    assert stat.S_IMODE((payer.coop / ORDER).stat().st_mode) == 0o600
    assert payer.pay("--version", "03")["renewed"] == [RUN]
    judged((payer.coop / ORDER).read_bytes(), "03")
    assert payer.pay()["renewed"] == []
    payer.take(left("796.97"), left("219.40", BRAM_IBAN))
    (payer.coop / ORDER).unlink()
    assert payer.pay()["renewed"] == []


def test_what_changed_in_a_run_stops_everything(payer: Payer) -> None:
    payer.pay()
    sound = (payer.coop / BOOKED).read_text()
    (payer.coop / BOOKED).write_bytes(sound.replace("\n", "\r\n").encode())
    assert payer.told() == []
    for old, new in (("796.97", "796.98"), (AMINA_IBAN, BRAM_IBAN), ('  payment: "2026-11-05-1-01"\n', "")):
        (payer.coop / BOOKED).write_text(sound.replace(old, new))
        assert payer.told() == [(BOOKED, "run-changed")]
        for command in (("pay",), ("allocate", "2026-10"), ("pay", "--cancel", RUN, "--reason", "x")):
            done = payer.run(*command)
            assert done.status == 1
            assert f"{BOOKED}:1: De betaalrun {RUN} is niet meer zoals hij geschreven werd" in done.err
    (payer.coop / BOOKED).write_text(sound)
    assert payer.run("pay", "--cancel", RUN, "--reason", "x").status == 0
    (payer.coop / BOOKED).rename(payer.coop / "ledgers/payments/kopie.beancount")
    assert payer.told() == [
        (BOOKED, "issued-gone"),
        ("ledgers/payments/kopie.beancount", "run-file"),
    ]


def test_a_run_that_is_lost_is_never_paid_again(payer: Payer) -> None:
    payer.pay()
    kept = (payer.coop / BOOKED).read_text()
    (payer.coop / BOOKED).unlink()
    assert payer.told() == [(BOOKED, "issued-gone")]
    assert payer.run("pay").status == 1
    (payer.coop / ISSUED_FILES).unlink()
    assert payer.told() == [(f"payments/{RUN}.xml", "run-lost")]
    assert payer.run("pay").status == 1
    assert not (payer.coop / BOOKED).exists()
    (payer.coop / BOOKED).write_text(kept)
    payer.take(left("219.40", BRAM_IBAN))
    for path in (payer.coop / BOOKED, payer.coop / ORDER):
        path.unlink()
    (told,) = payer.told()
    assert (told[0].startswith("ledgers/bank/"), told[1]) == (True, "run-lost")
    assert payer.run("pay").status == 1


def test_a_run_that_no_statement_has_is_told_when_it_should_be_there(payer: Payer) -> None:
    payer.pay("--to", "member")
    payer.take(left("219.40", BRAM_IBAN), last="2026-11-10")
    assert payer.told() == []
    payer.take(left("219.40", BRAM_IBAN), last="2026-11-11")
    assert payer.told() == [(BOOKED, "run-unconfirmed")]
    assert "Amina el Idrissi. Stuur payments" in payer.run("check").err


def test_what_the_cooperative_lacks_is_said(payer: Payer) -> None:
    register = (payer.coop / REGISTER).read_text()
    chart = (payer.coop / CHART).read_text()
    payer.put(CHART, 'EUR\n  role: "transit"\n', "EUR\n")
    done = payer.run("pay")
    assert done.status == 1
    assert 'role: "transit"' in done.err
    (payer.coop / CHART).write_text(chart)
    payer.put(CHART, "2020-01-01 open Liabilities:Onderweg", "2027-01-01 open Liabilities:Onderweg")
    done = payer.run("pay")
    assert done.status == 1
    assert "Liabilities:Onderweg is er op 5 november 2026 niet" in done.err
    start = register.index('2026-10-01 custom "bank"')
    end = register.index("2026-05-01 custom")
    (payer.coop / REGISTER).write_text(register[:start] + register[end:])
    done = payer.run("pay")
    assert done.status == 1
    assert "geen bankrekening in het ledenregister" in done.err
    assert not (payer.coop / "ledgers/payments").exists()


def test_who_left_is_still_paid(payer: Payer) -> None:
    payer.add(REGISTER, '2026-06-01 custom "member" "bram"\n  left: TRUE\n')
    payer.pay("--to", "member")
    payer.take(left("219.40", BRAM_IBAN), Given("2026-11-09", "219.40", "", BRAM_IBAN, "storno", "r"))
    assert payer.told() == []
    payer.add(BRAM, '\n2026-11-01 * "klant"\n  Assets:Kas  5.00 EUR\n  Income:Omzet\n')
    assert payer.told()[0] == (BRAM, "after-leaving")


def test_the_members_statement_says_what_was_paid_and_when(payer: Payer) -> None:
    payer.pay("--to", "member")
    payer.run("pay", "--cancel", RUN, "--reason", "x")
    payer.pay("--to", "member")
    back = Given("2026-11-09", "219.40", "Bank", BRAM_IBAN, "storno", "r1")
    payer.take(left("219.40", BRAM_IBAN), back)
    payer.add(AMINA, '\n2026-11-20 * "voorschot"\n  Liabilities:Lid  10.00 EUR\n  Assets:Bank\n')
    assert payer.run("allocate", "2026-11").status == 0
    done = payer.run("statements", "2026-11", "--for", "member", "--format", "txt")
    assert done.status == 0, done.err
    amina, bram = (
        " ".join((payer.coop / f"statements/2026-11/member/{name}.txt").read_text().split())
        for name in ("amina", "bram")
    )
    assert "Een overmaking van € 219,40 ging op 5 november 2026 niet door" in bram
    assert "Op 5 november 2026 is € 796,97 naar je rekening overgemaakt." in amina
    assert "Op 20 november 2026 is € 10,00 aan je uitbetaald." in amina
    assert "Op 5 november 2026 is € 219,40 naar je rekening overgemaakt." in bram
    assert "Op 9 november 2026 kwam € 219,40 terug van de bank" in bram
    assert "Je hebt nu € 219,40 te goed" in bram


def undisturbed(payer: Payer, command: tuple[str, ...], coop: Path) -> tuple[dict[str, bytes], int]:
    """What a command that nothing stops makes of it, and by how many calls that change the disk."""
    shutil.copytree(payer.coop, coop)
    with failing_at(0, no_space) as calls:
        assert payer.quick(*command, "--coop", str(coop)).status == 0
    return Payer(payer.quick, coop).tree(), len(calls)


def booked(coop: Path) -> set[str]:
    return {path.name for path in (coop / "ledgers/payments").glob("*.beancount")}


def test_whatever_fails_there_is_one_run_or_none_and_no_order_without_it(
    payer: Payer, tmp_path: Path
) -> None:
    after, calls = undisturbed(payer, ("pay",), tmp_path / "undisturbed")
    for number in some(range(1, calls + 1), 6):
        coop = Path(shutil.copytree(payer.coop, tmp_path / f"fail-{number}"))
        with failing_at(number, no_space):
            done = payer.quick("pay", "--coop", str(coop))
        assert "Traceback" not in done.err
        assert not done.status or "de schijf is vol" in done.err
        assert booked(coop) or not (coop / ORDER).exists()
        assert payer.quick("pay", "--coop", str(coop)).status == 0
        assert Payer(payer.quick, coop).tree() == after
        shutil.rmtree(coop)


@pytest.mark.parametrize("cancelling", [False, True])
def test_wherever_it_is_killed_the_next_run_makes_it_good(
    cancelling: bool, payer: Payer, tmp_path: Path
) -> None:
    command = ("pay", "--cancel", RUN, "--reason", "x") if cancelling else ("pay",)
    if cancelling:
        payer.pay()
    _, calls = undisturbed(payer, command, tmp_path / "undisturbed")
    # What is before and after the run is no more than the lock.
    for number in some(range(4, calls - 1), 4):
        coop = Path(shutil.copytree(payer.coop, tmp_path / f"kill-{number}"))
        child = os.fork()
        if not child:
            with failing_at(number, die):
                try:
                    payer.quick(*command, "--coop", str(coop))
                finally:
                    os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status
        there = booked(coop)
        cancelled = f"{RUN}-cancelled.beancount" in there
        assert not (coop / ORDER).exists() or (f"{RUN}.beancount" in there and not cancelled)
        told = Payer(payer.quick, coop).pay()
        assert bool(told["run"]) == (cancelled or not there)
        new = {f"{RUN}.beancount"} if not there else {"2026-11-05-2.beancount"} if cancelled else set()
        assert booked(coop) == there | new
        assert (coop / ORDER).exists() != cancelled
        shutil.rmtree(coop)


def test_two_at_once_order_once(payer: Payer) -> None:
    (payer.coop / ".scharrel").mkdir(exist_ok=True)
    with FileLock(payer.coop / ".scharrel/lock"):
        for arguments in ((), ("--cancel", RUN, "--reason", "x")):
            done = payer.run("pay", *arguments)
            assert done.status == 1
            assert "al een ander bezig" in done.err
        assert payer.run("pay", "--dry-run").status == 0
    assert booked(payer.coop) == set()


@takes_seconds
def test_of_three_at_the_same_time_one_makes_the_run(payer: Payer, scharrel: Run) -> None:
    command = ("pay", "--on", "2026-11-05", "--coop", str(payer.coop))
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda _: scharrel(*command), range(3)))
    assert min(ran.status for ran in done) == 0
    assert all(not ran.status or "al een ander bezig" in ran.err for ran in done)
    assert booked(payer.coop) == {f"{RUN}.beancount"}
    assert payer.pay("--dry-run")["payments"] == []


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("9000 1112 2233 3444", False),
        ("1123.4567.8000.0001", False),  # a remainder of one
        ("2987600000000012", False),
        ("9000 1112 2233 3445", True),
        ("9000 1112 2233 4344", True),
        ("dossier 2026-113", False),
        ("90001112223334441", False),
    ],
)
def test_a_reference_that_was_mistyped_is_told(reference: str, told: bool, payer: Payer) -> None:
    payer.put(REGISTER, "dossier 2026-113", reference)
    assert ("payment-reference" in {code for _, code in payer.told()}) == told


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=160)


@settings(max_examples=examples(15))
@given(TEXTS, st.integers(1, 10**11 - 1), st.sampled_from(["09", "03"]))
def test_any_order_is_as_the_standard_asks(text: str, cents: int, version: str) -> None:
    name, said = sepa_text(text, 70), sepa_text(text, 140)
    assert len(name) <= 70
    assert re.fullmatch(r"[A-Za-z0-9/?:().,'+ -]{0,140}", said)
    day = date(2026, 11, 5)
    one = CreditTransfer("2026-11-05-1-01", Decimal(cents).scaleb(-2), name or "X", BRAM_IBAN, said or "X")
    order = TransferOrder("2026-11-05-1", day, day, name or "X", AMINA_IBAN, [one, one])
    judged(pain001(order, version), version)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Amina el Idrissi", "Amina el Idrissi"),
        ("João Müller-Łódź", "Joao Muller-Lodz"),
        ("Straße & Søn, Þór", "Strasse + Son, Thor"),
        ("Zoë d’Arc “Ateliê”", "Zoe d'Arc 'Atelie'"),
        ("naam\tmet\n  blanco's", "naam met blanco's"),
        ("€ 12; 50% korting!", "EUR 12, 50. korting."),
        ("يوسف", "...."),
        ("x" * 69 + " yz", "x" * 69),
    ],
)
def test_what_a_bank_has_no_sign_for_is_spelled_otherwise(text: str, becomes: str) -> None:
    assert sepa_text(text, 70) == becomes


SETTLED = """
2026-07-15 custom "settlement" "amina" "2026-Q2"
  source: "brief van de gemeente"
  benefit: 100.00
"""


def test_what_the_municipality_has_yet_to_settle_waits(
    once: Once, tmp_path: Path, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarterly = Payer(payer.quick, once(by_quarter, tmp_path / "quarterly"))
    told = quarterly.pay("--to", "municipality")
    assert told["payments"] == []
    assert [(n["holder"], n["why"], n["amount"]) for n in told["not_paid"]] == [
        ("amina", "provisional", "144.24"), ("bram", "provisional", "39.40")
    ]  # fmt: skip
    assert quarterly.amounts().keys() == {("member", "amina"), ("member", "bram")}
    quarterly.add(REGISTER, SETTLED)
    # Until what it changes is in a closed month, nobody knows.
    assert quarterly.pay("--to", "municipality")["payments"] == []
    for command in (("allocate", "2026-07"), ("close", "2026-07")):
        assert quarterly.run(*command).status == 0
    assert quarterly.amounts("--to", "municipality") == {("municipality", "amina"): "100.00"}
    (waiting,) = quarterly.pay("--to", "municipality")["not_paid"]
    assert (waiting["holder"], waiting["amount"]) == ("bram", "39.40")


def test_what_lowers_a_benefit_is_the_members_and_a_pot_is_never_paid(quick: Run, tmp_path: Path) -> None:
    payer = Payer(quick, unpaid(tmp_path / "coop"))
    rules = "rules/vrije-uitloop.toml"
    payer.put(rules, 'to = "Liabilities:Gemeente"', 'to = "Liabilities:Buurt"\nsettle = "reduction"')
    payer.put(rules, 'to = "Liabilities:Lid"', 'to = "Liabilities:Spaarpot"')
    closed_in_june(payer.coop)
    told = payer.pay("--dry-run", "--on", "2026-11-05")
    assert [(p["to"], p["holder"], p["amount"]) for p in told["payments"]] == [
        ("member", "amina", "345.41"), ("member", "bram", "19.40")
    ]  # fmt: skip


EUROS = st.integers(1, 90_000).map(lambda cents: f"{Decimal(cents).scaleb(-2):.2f}")
BOOKED_ONES = st.lists(
    st.tuples(
        st.integers(1, 11),
        st.sampled_from(
            [
                "Assets:Bank|Income:Omzet", "Assets:Kas|Income:Omzet", "Expenses:Onkosten|Assets:Bank",
                "Expenses:Onkosten|Assets:Kas", "Liabilities:Lid|Assets:Bank", "Liabilities:Lid|Assets:Kas",
            ]
        ),
        EUROS,
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=examples(4))
@given(entries=BOOKED_ONES)
def test_after_paying_nothing_is_owed_but_what_is_kept_or_yet_to_close(
    entries: list[tuple[int, str, str]], quick: Run, once: Once, tmp_path_factory: pytest.TempPathFactory
) -> None:
    payer = Payer(quick, once(unpaid, tmp_path_factory.mktemp("coop")))
    for month, accounts, euros in entries:
        to, _, by = accounts.partition("|")
        payer.add(AMINA, f'\n2026-{month:02}-15 * "x" "y"\n  {to}  {euros} EUR\n  {by}\n')
    closed_in_june(payer.coop)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scharrel.cli.pay.today", lambda: date(2026, 11, 20))
        told = payer.pay()
    if told["run"]:
        judged((payer.coop / f"payments/{told['run']}.xml").read_bytes())
    assert payer.run("allocate", "2026-06").status == 0
    whole = payer.sums("ledgers/consolidated.beancount")

    def on(account: str) -> Decimal:
        found = whole.get(account, Inventory()).get_currency_units("EUR").number
        return Decimal(found or 0)

    paid = {(p["to"], p["holder"]): Decimal(p["amount"]) for p in told["payments"]}
    for name in ("Amina", "Bram"):
        lid, kas, way = (on(f"{a}:{name}") for a in ("Liabilities:Lid", "Assets:Kas", "Liabilities:Onderweg"))
        assert lid + kas >= 0
        if ("member", name.lower()) in paid:
            assert (lid, kas) == (0, 0)
        assert on(f"Liabilities:Gemeente:{name}") == 0
        assert way == -sum(amount for (_, holder), amount in paid.items() if holder == name.lower())
    assert Decimal(told["total"]) == sum(paid.values())


def test_the_page_can_be_followed(tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for step in STEP.finditer((REPOSITORY / "docs/nl/uitbetalen.md").read_text("utf-8")):
        said = step["block"] or step["command"]
        if step["kind"] == "beancount":
            with open(REGISTER if " custom " in said else AMINA, "a", encoding="utf-8") as ledger:
                ledger.write("\n" + said)
            continue
        line, _, output = said.removeprefix("$ ").partition("\n")
        name, *words = shlex.split(line)
        if name == "cd":
            monkeypatch.chdir(words[0])
            continue
        done = quick(*words)
        assert done.status == 0, (line, done.err)
        assert not output or comes_out(output, done.out), (line, done.out)


PAPER = "statements/payments"


@pytest.mark.parametrize(("form", "lang"), [("txt", "nl"), ("html", "en"), ("pdf", "nl")])
def test_a_run_on_paper_says_what_goes_to_whom_and_why(form: str, lang: str, payer: Payer) -> None:
    whole = payer.pay()["total"]
    paper = payer.coop / PAPER / f"{RUN}.{form}"
    done = payer.run("pay", "--paper", RUN, "--format", form, "--lang", lang)
    assert (done.status, str(paper) in done.out) == (0, True), done.err
    assert stat.S_IMODE(paper.stat().st_mode) == 0o600
    done = payer.run("verify", str(paper))
    named = f"de betaalrun {RUN}" + (" (in het Engels)" if lang == "en" else "")
    assert (done.status, f"Klopt: {named} is precies" in " ".join(done.out.split())) == (0, True), done.out
    if form == "txt":
        said = " ".join(paper.read_text().replace("\xa0", " ").split())
        total = f"{Decimal(whole):,}".translate(str.maketrans(",.", ".,"))
        assert f"Betaalrun {RUN}" in said
        assert f"Aantal betalingen: 4. Samen: € {total}." in said
        assert "Joao Bram" in said
        assert "Gemeente Breda (Amina el Idrissi)" in said
        assert "NL44 RABO 0123 4567 89. Te goed" in said
        assert "in handen € 20,00" in said
        assert "Voor het eerst" not in said  # of the first run that is no news
    done = payer.run("pay", "--cancel", RUN, "--reason", "niet getekend")
    assert done.status == 0, done.err
    assert payer.run("verify", str(paper)).status == 1
    assert payer.run("pay", "--paper", RUN).status == 0  # a PDF, unless another is asked for
    assert (payer.coop / PAPER / f"{RUN}.pdf").exists()


def test_on_paper_an_account_number_that_is_new_is_told(payer: Payer) -> None:
    payer.pay()
    payer.put(REGISTER, BRAM_IBAN, "NL86INGB0002445588")
    for file in (AMINA, BRAM):
        payer.add(file, '\n2026-11-05 * "voorgeschoten"\n  Expenses:Onkosten  30.00 EUR\n  Assets:Kas\n')
    second = payer.pay("--to", "member")["run"]
    assert payer.run("pay", "--paper", second, "--format", "txt").status == 0
    said = " ".join((payer.coop / PAPER / f"{second}.txt").read_text().split())
    assert re.findall(r"(NL\d\d \w{4})[\d ]+\. Te goed[^.]*\.( Voor het eerst naar)?", said) == [
        ("NL20 INGB", ""),
        ("NL86 INGB", " Voor het eerst naar"),
    ]


def test_what_cannot_be_put_on_paper_is_told(payer: Payer) -> None:
    for arguments, status, words in (
        (("--paper", RUN), 2, "Er is geen betaalrun"),
        (("--paper", "../" * 3 + "etc"), 2, "Er is geen betaalrun"),
        (("--paper", RUN, "--dry-run"), 2, "hoort alleen --format"),
        (("--format", "pdf"), 2, "hoort alleen --format"),
        (("--paper", RUN, "--format", "doc"), 2, "doc"),
    ):
        done = payer.run("pay", *arguments)
        assert (done.status, words in done.err) == (status, True), done.err
    assert not (payer.coop / "statements").exists()
