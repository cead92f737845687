"""The municipality's letters beside the books: what they say, what explains a difference, and the answer."""

import csv
import io
import json
import random
import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from conftest import REPOSITORY, Once, Run, examples
from letter_coop import ANNA, MISTAKES, REGISTER, letter_coop
from pypdfium2 import PdfDocument
from terminal import at_a_terminal

from scharrel.analysis.deviations import (
    Counted,
    Counting,
    LetterMonth,
    explanations,
    known_deviations,
    outcome_with,
)
from scharrel.analysis.supposed import conditions, supposed, values_by
from scharrel.core.facts import MonthFacts
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.specifications import (
    BENEFIT,
    EXEMPT,
    HOLIDAY,
    OFFSET,
    REPORTED,
    SPECIFIED,
    Specification,
    key_of,
    specified,
)
from scharrel.core.state import State, StepState
from scharrel.ledger.books import Books
from scharrel.operations.divide import divide_group
from scharrel.operations.opening import open_books
from scharrel.operations.specifications import ExplainedLetter, explain_letter
from scharrel.store.paths import Coop

TODAY = date(2026, 7, 20)
JUNE = Month(2026, 6)
LETTERS = examples(120)


@pytest.fixture
def coop(tmp_path: Path, once: Once) -> Path:
    return once(letter_coop, tmp_path / "coop")


def laid(
    coop: Path, *amounts: str, member: str = "anna", month: str = "2026-06", day: str = "2026-07-10"
) -> None:
    """A letter at the end of the register."""
    with open(coop / REGISTER, "a") as register:
        lines = [f'{day} custom "specification" "{member}" "{month}"', *(f"  {each}" for each in amounts)]
        register.write("\n" + "\n".join(lines) + "\n")


def right(coop: Path, member: str = "anna", month: Month = JUNE) -> dict[str, Decimal]:
    """What the letter should say by the files as they are."""
    books = open_books(Coop(coop))
    group = next(group for group in books.groups() if any(each.id == member for each in group))
    outcome = divide_group(books, group, month, TODAY)
    assert not [problem for problem in outcome.problems if not problem.warning], outcome.problems
    return specified(next(a for a in outcome.allocations if (a.member, a.month) == (member, month)))


def explained(coop: Path, member: str, amounts: Mapping[str, Decimal]) -> ExplainedLetter:
    books = open_books(Coop(coop))
    group = next(group for group in books.groups() if any(each.id == member for each in group))
    found, problems = explain_letter(books, group, Specification(TODAY, 1, member, JUNE, amounts), TODAY)
    assert found, problems
    return found


def codes(found: ExplainedLetter) -> list[set[str]]:
    return [{deviation.code for deviation in each.deviations} for each in found.found]


def wrong_books(coop: Path, folder: Path, names: Sequence[str]) -> dict[str, Decimal]:
    """What the letter says when who wrote it made these mistakes: worked out from files that are wrong so."""
    shutil.copytree(coop, folder)
    for name in names:
        member, file, change = MISTAKES[name]
        path = folder / file
        path.write_text(change(path.read_text()))
    return right(folder, member)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_letter_with_a_mistake_is_explained_by_it(name: str, coop: Path, tmp_path: Path) -> None:
    member = MISTAKES[name][0]
    letter = wrong_books(coop, tmp_path / "wrong", [name])
    assert letter != right(coop, member)
    found = explained(coop, member, letter)
    assert {name} in codes(found)
    assert all(len(each.deviations) == 1 for each in found.found)


PAIRS = [pair for pair in combinations(MISTAKES, 2) if MISTAKES[pair[0]][0] == MISTAKES[pair[1]][0]]
SAME = {frozenset({"costs", "kind"})}
"""The second is part of the first."""


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if {*pair} not in SAME], ids="-".join)
def test_a_letter_with_two_mistakes_is_explained_by_both(
    pair: tuple[str, str], coop: Path, tmp_path: Path
) -> None:
    letter = wrong_books(coop, tmp_path / "wrong", pair)
    found = explained(coop, MISTAKES[pair[0]][0], letter)
    assert found.found
    fewer = all(len(each.deviations) == 1 for each in found.found)
    assert fewer or {*pair} in codes(found)
    for each in found.found:
        assert {name: each.amounts[name] for name in letter} == letter


def test_mistakes_that_give_the_same_amounts_are_all_told(coop: Path, tmp_path: Path) -> None:
    letter = wrong_books(coop, tmp_path / "wrong", ["month-more"])
    assert codes(explained(coop, "anna", letter)) == [{"exempt"}, {"month-more"}]


def test_a_letter_that_is_right_is_never_called_wrong(quick: Run, coop: Path) -> None:
    amounts = right(coop)
    assert not explained(coop, "anna", amounts).more
    laid(coop, *(f"{key_of(name)}: {amount} EUR" for name, amount in amounts.items()))
    done = quick("letter", "explain", "anna", "2026-06", "--coop", str(coop))
    assert (done.status, "De brief zegt hetzelfde als de boeken." in done.out) == (0, True)
    assert "Bezwaar" not in done.out
    assert "Er staat geen brief open" in quick("letter", "list", "--coop", str(coop)).out
    draft = quick("letter", "explain", "anna", "2026-06", "--draft", "brief.txt", "--coop", str(coop))
    assert (draft.status, "komt geen brief" in draft.err) == (2, True)


def test_an_empty_month_can_be_right_and_wrong(quick: Run, coop: Path) -> None:
    laid(coop, "teVerrekenenInkomsten: 0.00 EUR", month="2026-03")
    done = quick("letter", "explain", "anna", "2026-03", "--coop", str(coop))
    assert (done.status, "hetzelfde als de boeken" in done.out) == (0, True)
    laid(coop, "teVerrekenenInkomsten: 12.40", month="2026-03", day="2026-07-11")
    done = quick("letter", "explain", "anna", "2026-03", "--coop", str(coop))
    said = " ".join(done.out.replace("\xa0", " ").split())
    assert "Niets wat bekend is, verklaart € 12,40." in said
    assert "Over deze maand zijn er 2 brieven." in said
    rows = json.loads(quick("letter", "list", "--json", "--coop", str(coop)).out)["letters"]
    assert [(row["since"], row["day"]) for row in rows] == [("2026-07-11", "2026-07-11")]


def test_a_letter_of_which_the_books_know_nothing_is_neither_right_nor_wrong(quick: Run, coop: Path) -> None:
    laid(coop, "betaaldeUitkering: 1100.00 EUR", member="piet")
    done = quick("letter", "explain", "piet", "2026-06", "--coop", str(coop))
    assert (done.status, "er is niets vergeleken" in done.out.replace("\n", " ")) == (0, True)
    assert (
        json.loads(quick("letter", "explain", "piet", "2026-06", "--json", "--coop", str(coop)).out)["agrees"]
        is None
    )


# Random members under the rules that are shipped, with random bookings.


@pytest.fixture(scope="module")
def shipped() -> Books:
    return open_books(Coop(REPOSITORY))


def cents(rng: random.Random, most: int) -> Decimal:
    return Decimal(rng.randint(1, most)).scaleb(-2)


def anyone(rng: random.Random, packs: Sequence[Pack]) -> LetterMonth:
    """A month of someone."""
    pack = rng.choice(packs)
    first = pack.valid_from or Month(2026, 1)
    month = pack.nearest(Month(2026, rng.randint(1, 12)))
    facts = dict(supposed([pack], first))
    for fact, values in {**conditions(pack), **values_by(pack)}.items():
        facts[fact] = rng.choice([*values, *([False] if isinstance(values[0], bool) else [])])
    inputs = sorted({str(step.role) for step in pack.steps if step.kind == "input"})
    booked, received = [], []
    for line in range(rng.randint(0, 5)):
        net = cents(rng, rng.choice([5_000, 90_000]))
        vat = (net * rng.choice([0, 9, 21]) / 100).quantize(Decimal("0.01"))
        sale = Counted(line, "Income:Omzet", pack.pool[0], net, vat)
        booked += [sale] * rng.choice([1, 1, 1, 0])
        received += [sale] * rng.choice([1, 1, 1, 0])
    for line in range(10, 10 + rng.randint(0, 4) * bool(inputs)):
        account = rng.choice(["Expenses:Onkosten:A", "Expenses:Onkosten:B"])
        booked.append(Counted(line, account, rng.choice(inputs), cents(rng, 9_000)))
    shares = [("tuin", pack.pool[0], cents(rng, 30_000))] * rng.choice([0, 0, 1])
    roles: dict[str, Decimal] = {}
    for role, amount in [(each.role, each.amount) for each in booked] + [(s[1], s[2]) for s in shares]:
        roles[role] = roles.get(role, ZERO) + amount
    for step in pack.steps:
        if step.kind == "per" and step.role:
            roles[step.role] = Decimal(rng.randint(0, 40))
    steps = {}
    for step in pack.steps:
        if step.max_months and (used := rng.randint(0, step.max_months)):
            steps[pack.id, step.id] = StepState(used, month.plus(-used), ZERO, ZERO, ZERO, ZERO)
    before = State(month.year, ZERO, steps, {}, {}, {}, {})
    counting = Counting(booked, [e for e in booked if e.line >= 10] + received, booked, shares)
    others = {"ander": (cents(rng, 50_000), Decimal(1))} if pack.collective else {}
    return LetterMonth("iemand", pack, MonthFacts(month, facts, roles, {}), before, counting, others=others)


def test_letters_of_anyone(shipped: Books) -> None:
    rng = random.Random(LETTERS)
    packs = [pack for pack in shipped.packs.values() if pack.kind == "member"]
    explained_by: dict[int, int] = {0: 0, 1: 0, 2: 0}
    for _ in range(LETTERS):
        month = anyone(rng, packs)
        known = known_deviations(month)
        planted = rng.sample(known, min(rng.choice([0, 1, 1, 2, 2]), len(known)))
        if len(planted) == 2 and planted[0].code == planted[1].code:
            planted = planted[:1]
        said, books = specified(outcome_with(month, planted)), specified(outcome_with(month))
        names = [name for name in SPECIFIED if name in said and name in books]
        letter = {name: said[name] for name in rng.sample(names, rng.randint(1, len(names)))}
        found = explanations(month, known, letter)
        if all(books[name] == amount for name, amount in letter.items()):
            assert not found
            explained_by[0] += 1
            continue
        sizes = {len(each.deviations) for each in found}
        assert len(sizes) == 1
        (size,) = sizes
        explained_by[size] += 1
        assert size < len(planted) or any(all(one in each.deviations for one in planted) for each in found), (
            planted
        )
        for each in found:
            made = specified(outcome_with(month, each.deviations))
            assert {name: made[name] for name in letter} == letter
    assert all(explained_by.values())


def test_the_benefit_and_its_holiday_allowance_are_what_is_left_of_the_norm(coop: Path) -> None:
    amounts = right(coop)
    assert amounts[BENEFIT] + amounts[HOLIDAY] == Decimal("1401.50") - amounts[OFFSET]
    assert amounts[HOLIDAY] == ((Decimal("1401.50") - amounts[OFFSET]) / 20).quantize(Decimal("0.01"))
    sold = Decimal("511.11") + Decimal("72.00") - Decimal("79.12")  # with the share of the garden, less costs
    assert amounts[REPORTED] == sold == amounts[EXEMPT] + amounts[OFFSET]


# At the command line.


def test_a_letter_is_added_explained_and_listed(quick: Run, coop: Path, tmp_path: Path) -> None:
    letter = wrong_books(coop, tmp_path / "wrong", ["twice"])
    options = ["--reported", f"{letter[REPORTED]}", "--offset", f"{letter[OFFSET]}".replace(".", ",")]
    done = quick("letter", "add", "anna", "2026-06", "--date", "2026-07-10", *options, "--coop", str(coop))
    assert done.status == 0, done.err
    assert (
        (coop / REGISTER)
        .read_text()
        .endswith(
            '\n\n2026-07-10 custom "specification" "anna" "2026-06"\n'
            f"  opgegevenInkomsten: {letter[REPORTED]} EUR\n  teVerrekenenInkomsten: {letter[OFFSET]} EUR\n"
        )
    )
    assert quick("check", "--coop", str(coop)).status == 0
    done = quick("letter", "explain", "anna", "2026-06", "--coop", str(coop))
    said = " ".join(done.out.replace("\xa0", " ").split())
    assert "Dit verklaart het precies: - Deze verkoop is twee keer geteld: € 400,00." in said
    line = (coop / ANNA).read_text().split("\n").index('2026-06-02 * "klant" "kast gemaakt"') + 1
    assert f"{ANNA}:{line}" in said
    assert "Participatiewet artikel 19 lid 2" in said
    assert "tot en met 21 augustus 2026" in said
    plain = json.loads(quick("letter", "explain", "anna", "2026-06", "--json", "--coop", str(coop)).out)
    assert [[each["code"] for each in way] for way in plain["explanations"]] == [["twice"]]
    assert plain["objection_until"] == "2026-08-21"
    assert plain["at_stake"] == plain["difference"][OFFSET]
    rows = list(csv.reader(io.StringIO(quick("letter", "list", "--csv", "--coop", str(coop)).out)))
    assert rows[1:] == [["anna", "2026-06", "2026-07-10", "2026-07-10", plain["at_stake"], "2026-08-21"]]
    again = quick("letter", "add", "anna", "2026-06", "--date", "2026-07-10", *options, "--coop", str(coop))
    assert (again.status, "Deze brief staat er al" in again.err) == (2, True)


ADD = "letter add anna 2026-06 --date 2026-07-10 --offset 5"
ERRORS = {
    "letter add": "alleen in een terminal",
    "letter add anna": "ook de maand",
    "letter add ana 2026-06 --date 2026-07-10 --offset 5": "Er is geen lid",
    "letter add tuin 2026-06 --date 2026-07-10 --offset 5": "Er is geen lid",
    "letter add anna juunni --date 2026-07-10 --offset 5": "is geen maand",
    "letter add anna 2025-06 --date 2026-07-10 --offset 5": "pas lid vanaf",
    "letter add anna 2026-06 --offset 5": "welke datum op de brief",
    "letter add anna 2026-06 --date 31-06-2026 --offset 5": "bestaat niet",
    "letter add anna 2026-06 --date 2062-07-10 --offset 5": "nog niet op een brief",
    "letter add anna 2026-06 --date 2026-05-31 --offset 5": "voordat juni 2026 begon",
    "letter add anna 2026-06 --date 2026-07-10": "wat er op de brief staat",
    "letter add anna 2026-06 --date 2026-07-10 --offset veel": "is geen bedrag",
    "letter add anna 2026-06 --date 2026-07-10 --offset -5": "zonder min",
    "letter explain anna 2026-05": "geen brief",
    "letter explain ana 2026-06": "Er is geen lid",
    "letter explain anna 2025-06": "pas lid vanaf",
}


def test_what_is_asked_wrong_is_said_and_nothing_is_written(quick: Run, coop: Path) -> None:
    before = (coop / REGISTER).read_bytes()
    for line, said in ERRORS.items():
        done = quick(*line.split(), "--coop", str(coop))
        assert (done.status, done.out) == (2, ""), line
        assert said in done.err.replace("\n  ", " "), (line, done.err)
    assert (coop / REGISTER).read_bytes() == before


def test_where_a_draft_can_come(quick: Run, coop: Path, tmp_path: Path) -> None:
    laid(coop, "teVerrekenenInkomsten: 12.40")
    (tmp_path / "er.txt").write_text("al")
    for name, said in (("brief.doc", "eindigen op"), ("er.txt", "bestaat al")):
        asked = ["letter", "explain", "anna", "2026-06", "--draft", str(tmp_path / name), "--coop", str(coop)]
        done = quick(*asked)
        assert (done.status, said in done.err) == (2, True)
    assert (tmp_path / "er.txt").read_text() == "al"


WRONG = {
    'custom "specification" "anna"': ("specification", 1),
    'custom "specification" "anna" "juni"': ("specification", 1),
    'custom "specification" "ana" "2026-06"\n  teVerrekenenInkomsten: 1.00 EUR': ("specification-member", 1),
    'custom "specification" "tuin" "2026-06"\n  teVerrekenenInkomsten: 1.00 EUR': ("specification-member", 1),
    'custom "specification" "anna" "2025-06"\n  teVerrekenenInkomsten: 1.00 EUR': (
        "specification-outside",
        1,
    ),
    'custom "specification" "anna" "2026-08"\n  teVerrekenenInkomsten: 1.00 EUR': ("specification-early", 1),
    'custom "specification" "anna" "2026-06"': ("specification-empty", 1),
    'custom "specification" "anna" "2026-06"\n  teVerekenenInkomsten: 1.00 EUR': ("specification-key", 2),
    'custom "specification" "anna" "2026-06"\n  teVerrekenenInkomsten: "1.00"': ("specification-amount", 2),
    'custom "specification" "anna" "2026-06"\n  teVerrekenenInkomsten: -1.00 EUR': (
        "specification-amount",
        2,
    ),
    'custom "specification" "anna" "2026-06"\n  teVerrekenenInkomsten: 1.005 EUR': (
        "specification-amount",
        2,
    ),
    'custom "specification" "anna" "2026-06"\n  teVerrekenenInkomsten: 1 USD': ("specification-amount", 2),
    'custom "specification" "anna" "2026-06"\n  teVerrekenenInkomsten: 1234567890.00 EUR': ("too-large", 2),
    'custom "specification" "anna" "2026-06"\n  teVerrekenenInkomsten:': ("empty-key", 2),
}


def test_a_letter_in_the_register_is_checked(quick: Run, coop: Path) -> None:
    register = (coop / REGISTER).read_text()
    last = register.count("\n")
    for text, (code, line) in WRONG.items():
        (coop / REGISTER).write_text(f"{register}2026-07-10 {text}\n")
        found = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
        wrong = [problem for problem in found if problem["severity"] == "error"]
        at = [(problem["code"], problem["line"] - last) for problem in wrong]
        assert at == [(code, line)], (text, found)
    twice = '2026-07-10 custom "specification" "anna" "2026-06"\n  teVerrekenenInkomsten: 1.00 EUR\n' * 2
    (coop / REGISTER).write_text(register + twice)
    found = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    wrong = [problem for problem in found if problem["severity"] == "error"]
    assert [(problem["code"], problem["line"] - last) for problem in wrong] == [("specification-again", 3)]


def test_the_letter_to_the_municipality_is_polite_and_exact(quick: Run, coop: Path, tmp_path: Path) -> None:
    letter = wrong_books(coop, tmp_path / "wrong", ["receipt"])
    day = date.today() - timedelta(days=3)  # noqa: DTZ011
    laid(coop, *(f"{key_of(name)}: {amount}" for name, amount in letter.items()), day=str(day))
    asked = ["letter", "explain", "anna", "2026-06", "--coop", str(coop)]
    assert quick(*asked, "--draft", str(tmp_path / "brief.txt")).status == 0
    said = " ".join((tmp_path / "brief.txt").read_text().replace("\xa0", " ").split())
    for part in (
        "Anna de Boer Kerkstraat 1", "Aan: Gemeente Breda", "Geboortedatum: 5 mei 1980",
        "Bezwaar tegen uw brief over juni 2026",
        "een andere maand verdiend: € 52,37 te veel.", "€ 52,37 van 11 juni 2026",
        "Participatiewet artikel 32 lid 2", "U hebt € 39,28 te veel verrekend.",
        "Algemene wet bestuursrecht artikel 6:7 en 6:8 lid 1", "Met vriendelijke groet,",
    ):  # fmt: skip
        assert part in said, part
    assert "klus van mei" not in said  # whose job it was is not the municipality's
    assert quick(*asked, "--draft", str(tmp_path / "letter.pdf"), "--lang", "en").status == 0
    pages = PdfDocument(tmp_path / "letter.pdf")
    paper = " ".join(pages[0].get_textpage().get_text_range().split())
    assert len(pages) == 1
    assert "Objection to your letter about June 2026" in paper
    assert "You have offset €39.28 too much." in paper


def test_what_the_municipality_counted_too_little_is_reported(quick: Run, coop: Path, tmp_path: Path) -> None:
    letter = wrong_books(coop, tmp_path / "wrong", ["share"])
    laid(coop, f"teVerrekenenInkomsten: {letter[OFFSET]}")
    asked = ["letter", "explain", "anna", "2026-06", "--coop", str(coop)]
    shown = " ".join(quick(*asked, "--draft", str(tmp_path / "brief.txt")).out.replace("\xa0", " ").split())
    assert "€ 54,00 te weinig. Meld dat meteen" in shown
    assert "Bezwaar" not in shown
    said = " ".join((tmp_path / "brief.txt").read_text().replace("\xa0", " ").split())
    assert "Melding over uw brief over juni 2026" in said
    assert "bezwaar" not in said
    assert "De Tuin, € 72,00" in said


def test_an_unexplained_or_late_letter_asks_and_objects_to_nothing(
    quick: Run, coop: Path, tmp_path: Path
) -> None:
    laid(coop, f"teVerrekenenInkomsten: {right(coop)[OFFSET] + Decimal('12.40')}")
    asked = ["letter", "explain", "anna", "2026-06", "--coop", str(coop), "--draft"]
    assert quick(*asked, str(tmp_path / "brief.txt")).status == 0
    said = " ".join((tmp_path / "brief.txt").read_text().replace("\xa0", " ").split())
    assert "Vraag over uw brief over juni 2026" in said
    assert "waar het verschil van € 12,40 vandaan komt" in said
    assert "Bezwaar kon tot en met 21 augustus 2026" in said
    assert "mijn bezwaar" not in said


def test_a_template_of_ones_own_is_used_and_one_that_is_broken_is_told(
    quick: Run, coop: Path, tmp_path: Path
) -> None:
    laid(coop, "teVerrekenenInkomsten: 12.40")
    assert quick("init", "--templates", "objection.j2", "--coop", str(coop)).status == 0
    template = coop / "templates/objection.j2"
    text = template.read_text()
    template.write_text(text.replace("doc.para(w.objection_dear)", 'doc.para("Beste klantmanager,")'))
    asked = ["letter", "explain", "anna", "2026-06", "--coop", str(coop), "--draft"]
    assert quick(*asked, str(tmp_path / "brief.txt")).status == 0
    assert "Beste klantmanager," in (tmp_path / "brief.txt").read_text()
    template.write_text(text.replace("{% endcall %}", ""))
    done = quick(*asked, str(tmp_path / "nog.txt"))
    assert (done.status, "templates/objection.j2:" in done.err) == (1, True), done.err
    assert not (tmp_path / "nog.txt").exists()


def test_who_practises_is_explained_and_not_listed(quick: Run, coop: Path) -> None:
    laid(coop, "teVerrekenenInkomsten: 1.00 EUR", member="els")
    done = quick("letter", "explain", "els", "2026-06", "--coop", str(coop))
    assert (done.status, "om mee te oefenen" in done.out or "oefen" in done.out) == (0, True)
    assert json.loads(quick("letter", "list", "--json", "--coop", str(coop)).out) == {"letters": []}


def test_a_provisional_quarter_says_so(quick: Run, coop: Path) -> None:
    laid(coop, "teVerrekenenInkomsten: 1.00 EUR", member="kees")
    done = quick("letter", "explain", "kees", "2026-06", "--coop", str(coop))
    assert (done.status, "oorlopig" in done.out) == (0, True), done.err
    plain = json.loads(quick("letter", "explain", "kees", "2026-06", "--json", "--coop", str(coop)).out)
    assert plain["provisional"] == "2026-Q2"


def test_a_letter_about_a_closed_month_that_was_put_right_follows_the_return(quick: Run, coop: Path) -> None:
    reported = right(coop)
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    assert quick("close", "2026-06", "--coop", str(coop)).status == 0
    with open(coop / ANNA, "a") as ledger:
        ledger.write('\n2026-06-29 * "klant" "vergeten"\n  Income:Omzet:Diensten  -80.00 EUR\n  Assets:Kas\n')
    assert quick("allocate", "2026-07", "--coop", str(coop)).status == 0
    assert right(coop)[OFFSET] == reported[OFFSET] + 60
    laid(coop, f"teVerrekenenInkomsten: {reported[OFFSET]} EUR")
    done = quick("letter", "explain", "anna", "2026-06", "--coop", str(coop))
    assert (done.status, "De brief volgt de opgave" in done.out) == (0, True), done.err
    assert json.loads(quick("letter", "list", "--json", "--coop", str(coop)).out) == {"letters": []}
    laid(coop, f"teVerrekenenInkomsten: {reported[OFFSET] + 60} EUR", day="2026-08-10")
    done = quick("letter", "explain", "anna", "2026-06", "--coop", str(coop))
    assert "hetzelfde als de boeken" in done.out


def test_what_is_wrong_in_the_books_stands_in_the_way(quick: Run, coop: Path) -> None:
    laid(coop, "teVerrekenenInkomsten: 1.00 EUR")
    ledger = coop / ANNA
    ledger.write_text(ledger.read_text().replace("-400.00 EUR", "-400.00"))
    for line in ("letter explain anna 2026-06", "letter list"):
        done = quick(*line.split(), "--coop", str(coop))
        assert (done.status, done.out, f"{ANNA}:" in done.err) == (1, "", True)


def test_at_a_terminal_a_letter_is_asked_for(coop: Path) -> None:
    before = (coop / REGISTER).read_text()
    add = ["letter", "add", "--coop", str(coop)]
    answers = "ana", "anna", "2026-06", "2026-07-10", "veel", "512,40", "", "430.10", "."
    shown = at_a_terminal(add, *answers, status=1)
    assert (coop / REGISTER).read_text() == before
    assert "Bedoel je" in shown
    assert "is geen bedrag" in shown
    shown = at_a_terminal(add, "anna", "2026-06", "2026-07-10", "512,40", "", "430.10", "", "")
    assert (coop / REGISTER).read_text() == before.rstrip("\n") + (
        '\n\n2026-07-10 custom "specification" "anna" "2026-06"\n'
        "  opgegevenInkomsten: 512.40 EUR\n  teVerrekenenInkomsten: 430.10 EUR\n"
    )
    assert "letter explain anna 2026-06" in shown
