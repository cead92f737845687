"""Worked examples beside a pack: the shipped ones, mistakes in writing them, and what they notice."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import REPOSITORY, SHIPPED, Run, takes_seconds
from random_coops import CHART, lay_down

from scharrel.analysis.cases import case_differences, noticed_by, replayed
from scharrel.analysis.mutations import mutations, try_all
from scharrel.analysis.replays import Replay, ReplayedMonth
from scharrel.analysis.trials import Trials
from scharrel.core.case import Case, CaseMonth, Expected
from scharrel.core.money import EXACT
from scharrel.core.month import Month
from scharrel.core.pack import Pack, Source
from scharrel.core.state import State
from scharrel.operations.opening import open_books
from scharrel.packs.cases import read_cases
from scharrel.packs.packs import read_pack
from scharrel.store.paths import Coop

PACKS = [path.stem for path in SHIPPED]

PACK = """\
[pack]
id = "proef"
title = "Proef"
pool = ["turnover"]
valid_from = 2025-01-01

[source.alv]
kind = "decision"
ref = "ALV van 3 juni"

[param.deel]
source = "alv"
by = "household"
values = [
  { from = 2025-01-01, value = { single = "10%", couple = "5%" } },
  { from = 2025-06-01, value = { single = "20%" } },
]

[[step]]
id = "costs"
label = "Kosten"
input = "costs"
carry = true
party = "supplier"
source = "alv"

[[step]]
id = "uren"
label = "Uren"
per = 3.50
units = "hours"
to = "Liabilities:Pot1"
party = "coop"
source = "alv"

[[step]]
id = "pot"
label = "Spaarpot"
rate = "deel"
of = "after.costs"
cap = { month = 50.00 }
target = 120.00
when = "granted"
min_age = 27
to = "Liabilities:Pot0"
party = "pot"
source = "alv"

[[step]]
id = "gemeente"
label = "Verrekend"
rate = "50%"
of = "after.pot"
settle = "reduction"
to = "Liabilities:Lid"
party = "municipality"
source = "alv"

[[step]]
id = "lid"
label = "Voor jou"
all = true
to = "Liabilities:Lid"
party = "member"
source = "alv"
"""

# Februari: 2.125 × 3.50 = 7.4375, 10% van 350 is 35, blijft 400 − 50 − 7.44 − 35 = 307.56. Maart is leeg.
# April: 10% van 800 is 80, hoogstens 50. Mei: een paar krijgt 5%: 40. Tot 120 kan er dan nog 35 bij.
CASES = """\
[source.brief]
kind = "example"
ref = "Brief van de gemeente"
url = "https://example.org/brief"

[[case]]
title = "Een voorjaar"
source = "brief"
facts = { household = "single", granted = true, born = 1998-02-14 }
balances = { "Liabilities:Pot0" = 100.00 }

[[case.month]]
month = "2024-12"
in_force = false

[[case.month]]
month = "2025-01"
booked = { turnover = 100.00 }
paid = { pot = 0.00 }
why = { pot = ["age"] }

[[case.month]]
month = "2025-02"
booked = { turnover = 400.00, costs = 50.00, hours = 2.125, "Liabilities:Pot0" = -100.00 }
paid = { costs = 50.00, uren = 7.44, pot = 35.00, gemeente = 153.78, lid = 153.78 }
why = { pot = [] }
party = { supplier = 50.00, coop = 7.44 }
balances = { "Liabilities:Pot0" = 35.00 }
keep = 188.78
reduction = 153.78

[[case.month]]
month = "2025-04"
booked = { turnover = 800.00 }
paid = { pot = 50.00 }
why = { pot = ["cap-month"] }
balances = { "Liabilities:Pot0" = 85.00 }

[[case.month]]
month = "2025-05"
facts = { household = "couple" }
booked = { turnover = 800.00 }

[case.month.paid]
gemeente = 382.50
pot = 35.00

[case.month.why]
pot = ["target"]
"""

# What can be wrong in writing cases: what stands there, and what instead; a mark ends the line to be told.
IN_THE_CASES = {
    "case-tables": ("[[case]]", "[case] # <<"),
    "case-month": ('month = "2024-12"', "month = 2024-12-01 # <<"),
    "case-order": ('month = "2025-02"', 'month = "2025-01" # <<'),
    "case-span": ('month = "2025-05"', 'month = "2125-05" # <<'),
    "case-expects": ('"2024-12"\nin_force = false', '"2024-12"\n\n[[case.month]] # <<\nmonth = "2025-01"'),
    "case-not-in-force": ("in_force = false", "keep = 0.00\nin_force = false # <<"),
    "case-inline": ("paid = { pot = 0.00 }", "paid = 0.00 # <<"),
    "case-amount": ("keep = 188.78", 'keep = "188.78" # <<'),
    "case-fact": ("born = 1998-02-14 }", "born = 1998-02-14, leeftijd = 27 } # <<"),
    "not-text": ('facts = { household = "couple" }', "facts = { household = 2 } # <<"),
    "case-booked": ("booked = { turnover = 100.00 }", "booked = { omzet = 100.00 } # <<"),
    "case-approved": (
        "booked = { turnover = 100.00 }",
        "booked = { turnover = 100.00 }\napproved = { costs = 5.00 } # <<",
    ),
    "case-account": ('balances = { "Liabilities:Pot0" = 35.00 }', 'balances = { "Liabilities:P" = 1 } # <<'),
    "case-party": ("party = { supplier = 50.00, coop = 7.44 }", "party = { klant = 50.00 } # <<"),
    "case-why": ('why = { pot = ["cap-month"] }', 'why = { pot = ["grens"] } # <<'),
    "case-step": ("paid = { pot = 0.00 }", "paid = { spaarpot = 0.00 } # <<"),
    "unknown-key": ("keep = 188.78", "houdt = 188.78 # <<"),
    "unknown-source": ('source = "brief"', 'source = "krant" # <<'),
    "missing-source": ('source = "brief"\n', ""),
    "missing-key": ('title = "Een voorjaar"', 'title = "" # <<'),
    "bad-choice": ('kind = "example"', 'kind = "brief" # <<'),
    "three-decimals": ("pot = 35.00\n\n", "pot = 35.005 # <<\n\n"),
    "not-a-date": ("born = 1998-02-14 }", 'born = "1998" } # <<'),
    "true-or-false": ("in_force = false", 'in_force = "nee" # <<'),
    "toml": ('title = "Een voorjaar"', "title = Een voorjaar # <<"),
}  # fmt: skip


OWN_TESTS = {"case-no-pack", "no-cases", "not-a-number"}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A cooperative with one pack and its cases, which hold."""
    coop = lay_down(tmp_path / "coop", PACK, {"lid": []}, '  household: "single"\n  born: 1998-02-14\n')
    (coop / "rules/proef.cases.toml").write_text(CASES)
    return coop


@pytest.mark.parametrize(
    ("asked", "fact", "code"),
    [
        ("2", '"2"', "not-a-number"),
        ("2", "true", "not-a-number"),
        ('"veel"', "true", "not-text"),
        ("false", '"false"', "true-or-false"),
        ("2026-01-01", '"2026-01-01"', "not-a-date"),
        ("2", "2", None),
        ("false", "true", None),
        ('"veel"', "false", None),
    ],
)
def test_a_fact_of_an_example_has_the_type_that_the_rules_ask(
    asked: str, fact: str, code: str | None, small: Path, quick: Run
) -> None:
    (small / "rules/proef.toml").write_text(PACK.replace('"granted"', f"{{ granted = {asked} }}"))
    (small / "rules/proef.cases.toml").write_text(CASES.replace("granted = true", f"granted = {fact}"))
    found = json.loads(quick("check", "--json", "--coop", str(small)).out)["problems"]
    told = [(p["code"], p["line"]) for p in found if p["severity"] == "error"]
    line = 1 + CASES[: CASES.index("granted = true")].count("\n")
    assert told == ([(code, line)] if code else [])


@pytest.mark.parametrize("pack", PACKS)
def test_the_cases_of_a_shipped_pack_hold_and_notice_every_change(pack: str, quick: Run) -> None:
    done = quick("rules", "test", pack, "--mutate", "--coop", str(REPOSITORY))
    assert (done.status, done.err) == (0, "")
    assert f"{pack}: " in done.out
    assert "de voorbeelden merken ze allemaal" in " ".join(done.out.split())


def test_a_shipped_pack_is_tried_by_words_that_are_not_its_own() -> None:
    books = open_books(Coop(REPOSITORY))
    for name in PACKS:
        path = REPOSITORY / f"rules/{name}.cases.toml"
        cases, _ = read_cases(books.coop, path, books.packs[name], books.chart)
        assert {case.source.kind for case in cases} & {"example", "report", "law"}, name


def test_cases_travel_with_a_new_cooperative(tmp_path: Path, quick: Run) -> None:
    quick("init", str(tmp_path / "coop"))
    for name in PACKS:
        there = (tmp_path / f"coop/rules/{name}.cases.toml").read_bytes()
        assert there == (REPOSITORY / f"rules/{name}.cases.toml").read_bytes()
    done = quick("rules", "test", "--coop", str(tmp_path / "coop"))
    assert (done.status, done.err, done.out.count("\n")) == (0, "", len(PACKS))


def test_cases_that_hold_are_one_line(small: Path, quick: Run) -> None:
    done = quick("rules", "test", "--coop", str(small))
    assert done == (0, "proef: 1 voorbeeld klopt; door een ander uitgerekend: 1.\n", "")
    assert quick("check", "--coop", str(small)).status == 0


@pytest.mark.parametrize("code", IN_THE_CASES)
def test_a_mistake_in_writing_them(code: str, small: Path, quick: Run) -> None:
    old, new = IN_THE_CASES[code]
    assert old in CASES
    text = CASES.replace(old, new, 1)
    marked = [number for number, line in enumerate(text.split("\n"), 1) if line.endswith("<<")]
    (small / "rules/proef.cases.toml").write_text(text)
    told = json.loads(quick("check", "--json", "--coop", str(small)).out)["problems"]
    places = [(problem["file"], problem["code"], problem["line"]) for problem in told]
    assert [place for place in places if place[:2] == ("rules/proef.cases.toml", code)], places
    assert not marked or ("rules/proef.cases.toml", code, marked[0]) in places
    done = quick("rules", "test", "--coop", str(small))
    assert done.status == 1
    assert f"rules/proef.cases.toml:{marked[0] if marked else ''}" in done.err
    assert "klopt" not in done.out


def test_cases_of_no_pack(small: Path, quick: Run) -> None:
    (small / "rules/proef.cases.toml").rename(small / "rules/prof.cases.toml")
    done = quick("check", "--coop", str(small))
    assert done.status == 1
    assert "rules/prof.cases.toml:1: " in done.err
    assert "Bedoel je proef?" in done.err


def test_a_pack_without_cases(small: Path, quick: Run) -> None:
    (small / "rules/proef.cases.toml").unlink()
    done = quick("rules", "test", "--coop", str(small))
    assert done.status == 0
    assert "rules/proef.toml:1: let op: Bij de regels" in done.err
    done = quick("rules", "test", "--mutate", "--coop", str(small))
    assert done.status == 1
    assert "rules/proef.toml:1: Bij de regels" in done.err


class Wrong(NamedTuple):
    """A case that does not hold: what it says instead of what, the line that is told, and what is said."""

    old: str
    new: str
    line: int
    said: str


WRONG = [
    Wrong(
        "pot = 35.00, gemeente",
        "pot = 36.00, gemeente",
        25,
        '"Een voorjaar": in februari 2025 neemt "Spaarpot" € 35,00, het voorbeeld zegt € 36,00.\n'
        "    Zo is het gerekend: "
        'Van € 350,00 die over was na "Kosten" gaat 10% naar je eigen spaarpot: € 35,00.\n'
        "    Kijk in de bron wie er gelijk heeft, de regels of het voorbeeld. "
        "Voorbeeld: Brief van de gemeente. https://example.org/brief",
    ),
    Wrong('"cap-month"', '"target"', 36, 'de reden bij "Spaarpot": cap-month; het voorbeeld zegt: target.'),
    Wrong('["age"]', "[]", 20, "age; het voorbeeld zegt: geen."),
    Wrong("keep = 188.78", "keep = 188.79", 29, "houdt het lid € 188,78, het voorbeeld zegt € 188,79."),
    Wrong("keep = 188.78", "keep = 0", 29, "Dat zijn samen: Spaarpot € 35,00, Voor jou € 153,78."),
    Wrong("coop = 7.44", "coop = 9", 27, "€ 7,44 naar de coöperatie, het voorbeeld zegt € 9,00."),
    Wrong("= 85.00", "= 86.00", 37, "na april 2025 staat er € 85,00 op Liabilities:Pot0"),
    Wrong("reduction = 153.78", "reduction = 0.00", 30, "gaat de uitkering € 153,78 omlaag"),
    Wrong("in_force = false", "in_force = true", 14, "in december 2024 gelden deze regels niet"),
    Wrong("in_force = false", "keep = 0.00", 12, "in december 2024 gelden deze regels niet"),
    Wrong(
        'booked = { turnover = 100.00 }\npaid = { pot = 0.00 }\nwhy = { pot = ["age"] }',
        "in_force = false",
        18,
        "in januari 2025 gelden deze regels, het voorbeeld zegt van niet.",
    ),
    Wrong('month = "2025-05"', 'month = "2025-06"', 39, 'in juni 2025 heeft "deel" geen waarde'),
    Wrong("pot = 35.00\n\n", "pot = 40.00\n\n", 46, "€ 35,00, het voorbeeld zegt € 40,00."),
    Wrong("pot = 35.00\n\n", "pot = 40.00\n\n", 46, "Er stond € 85,00 in, dus er kan nog € 35,00 bij."),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.new)
def test_a_case_that_does_not_hold_is_told(wrong: Wrong, small: Path, quick: Run) -> None:
    assert wrong.old in CASES
    text = CASES.replace(wrong.old, wrong.new, 1)
    (small / "rules/proef.cases.toml").write_text(text)
    done = quick("rules", "test", "--coop", str(small))
    assert done.err.startswith(f"rules/proef.cases.toml:{wrong.line}: "), done.err
    assert wrong.said in done.err.replace("\xa0", " "), done.err
    assert (done.status, done.out) == (1, "proef: het ene voorbeeld klopt niet.\n")


def test_a_mistake_in_a_later_case_is_told_in_its_own_month(small: Path, quick: Run) -> None:
    later = (
        '\n[[case]]\ntitle = "Later"\nsource = "alv"\nfacts = { household = "single" }\n\n'
        '[[case.month]]\nmonth = "2025-03"\nkeep = 0.005\n'
    )
    (small / "rules/proef.cases.toml").write_text(CASES + later)
    done = quick("rules", "test", "--coop", str(small))
    assert done.err.startswith(
        f"rules/proef.cases.toml:{(CASES + later).count(chr(10))}: 0.005 heeft te veel"
    )
    (small / "rules/proef.cases.toml").write_text(CASES + later.replace("0.005", "0.01"))
    done = quick("rules", "test", "--coop", str(small))
    assert done.out == "proef: 1 van de 2 voorbeelden kloppen.\n"
    (small / "rules/proef.cases.toml").write_text(CASES + later.replace("0.005", "0.00"))
    done = quick("rules", "test", "--coop", str(small))
    assert done.out == "proef: 2 voorbeelden kloppen; door een ander uitgerekend: 1.\n"


def test_it_is_told_in_english_too(small: Path, quick: Run) -> None:
    (small / "rules/proef.cases.toml").write_text(CASES.replace("keep = 188.78", "keep = 1.00"))
    done = quick("rules", "test", "--lang", "en", "--coop", str(small))
    assert "of February 2025 the member keeps €188.78, the example says €1.00." in done.err
    assert done.out == "proef: the one example does not hold.\n"


def test_a_pack_that_nobody_decided_on_yet_has_its_cases_beside_it(
    small: Path, tmp_path: Path, quick: Run
) -> None:
    (tmp_path / "voorstel.toml").write_text(
        PACK.replace("cap = { month = 50.00 }", "cap = { month = 60.00 }")
    )
    (tmp_path / "voorstel.cases.toml").write_text(CASES)
    done = quick("rules", "test", str(tmp_path / "voorstel.toml"), "--coop", str(small))
    assert done.status == 1
    assert done.err.startswith("voorstel.cases.toml:35: ")


def test_an_unknown_pack_is_wrong_usage(small: Path, quick: Run) -> None:
    assert quick("rules", "test", "prof", "--coop", str(small)).status == 2


def test_a_change_that_no_case_notices_is_told_with_its_line(small: Path, quick: Run) -> None:
    done = quick("rules", "test", "--mutate", "--coop", str(small))
    assert done.status == 1
    told = [line for line in done.err.replace("\xa0", " ").split("\n") if line.startswith("rules/")]
    lines = PACK.split("\n")
    june = lines.index('  { from = 2025-06-01, value = { single = "20%" } },') + 1
    june_said = '"deel" voor "single" vanaf juni 2025 19,9% is in plaats van 20%'
    assert f"rules/proef.toml:{june}: Geen voorbeeld merkt het als {june_said}." in told
    when = lines.index('when = "granted"') + 1
    assert (
        f'rules/proef.toml:{when}: Geen voorbeeld merkt het als bij stap "pot" when "granted" wegvalt.'
        in told
    )
    carry = lines.index("carry = true") + 1
    assert f'rules/proef.toml:{carry}: Geen voorbeeld merkt het als bij stap "costs" carry wegvalt.' in told
    assert not [line for line in told if "cap.month" in line or "target" in line or "min_age" in line]
    assert f"{len(told)} merkt geen enkel voorbeeld" in done.out


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_case_that_expects_little_notices_little(lang: str, small: Path, quick: Run) -> None:
    little = CASES[: CASES.index("[[case.month]]")] + '[[case.month]]\nmonth = "2025-03"\nin_force = true\n'
    (small / "rules/proef.cases.toml").write_text(little)
    done = quick("rules", "test", "--mutate", "--lang", lang, "--coop", str(small))
    told = [line for line in done.err.split("\n") if line.startswith("rules/proef.toml:")]
    (pack, _) = read_pack(PACK.encode(), "", None, open_books(Coop(small)).chart)
    assert pack
    assert len(told) == len(try_all(pack, []).unnoticed)


def read(pack: str, tmp_path: Path) -> Pack:
    coop = lay_down(tmp_path / "gedachte", pack, {}, "")
    assert (coop / "ledgers/accounts.beancount").read_text() == CHART
    found, problems = read_pack(pack.encode(), "", None, open_books(Coop(coop)).chart)
    assert found, problems
    return found


def changes(pack: str, tmp_path: Path) -> Iterator[tuple[str, str, str, str]]:
    """The changes that make a difference: the kind of change, of what, which word, and what it becomes."""
    return (
        (mutation.code, mutation.of, mutation.key, str(mutation.becomes))
        for mutation in try_all(read(pack, tmp_path), []).unnoticed
    )


HEAD = PACK[: PACK.index("[param.deel]")]
LAST = PACK[PACK.index('[[step]]\nid = "lid"') :]


def step(name: str, *lines: str) -> str:
    body = "\n".join((f'id = "{name}"', f'label = "{name}"', *lines, 'source = "alv"'))
    return f'[[step]]\n{body}\nto = "Liabilities:Pot1"\nparty = "coop"\n\n'


_FIRST = step("a", "amount = 5.00", "max_months = 3")
_SECOND = step(
    "b", 'rate = "10%"', 'of = "turnover"', "above = 100.00", 'over = "year"', "carry = true",
    "cap = { month = 300.00 }", "max_months = 6", "consecutive = true", 'after = "a"', "min_age = 27",
    'when = { granted = true, household = "single" }',
)  # fmt: skip
_BANDS = step("c", 'bands = [{ from = 0, rate = "5%" }, { from = 1000, rate = "8%" }]')
_MORE = step("d", "amount = 20.00", "target = 90.00", 'not_with = "a"')
_MORE += step("f", 'rate = "50%"', "above = 100.00")
_MORE += step("e", "amount = 20.00", "cap = { year = 100.00, life = 150.00 }", 'counts = ["elsewhere"]')
EVERY_MODIFIER = HEAD + _FIRST + _SECOND + _BANDS + _MORE + LAST


def test_a_figure_before_the_first_month_is_not_changed(tmp_path: Path) -> None:
    param = (
        '[param.deel]\nsource = "alv"\nvalues = [{ from = 2024-01-01, value = 7.00 }, '
        "{ from = 2024-09-01, value = 8.00 }, { from = 2025-03-01, value = 8.00 }]\n\n"
    )
    found = list(changes(HEAD + param + step("s", 'amount = "deel"') + LAST, tmp_path))
    # 7.00 never holds; that 8.00 is said twice changes nothing in the months in which it holds.
    assert [becomes for code, *_, becomes in found if code == "figure"] == ["7.99", "8.01"] * 2
    assert not [change for change in found if change[0] == "since"]


def test_a_value_of_a_month_is_moved_both_ways(tmp_path: Path) -> None:
    param = (
        '[param.deel]\nsource = "alv"\nvalues = [{ from = 2025-01-01, value = 7.00 }, '
        "{ from = 2025-03-01, value = 8.00 }]\n\n"
    )
    found = list(changes(HEAD + param + step("s", 'amount = "deel"') + LAST, tmp_path))
    assert [becomes for code, *_, becomes in found if code == "since"] == ["2025-02", "2025-02", "2025-04"]


def test_a_figure_that_a_later_step_uses_first_holds_when_it_can_start(tmp_path: Path) -> None:
    param = (
        '[param.deel]\nsource = "alv"\nvalues = [{ from = 2025-01-01, value = 7.00 }, '
        "{ from = 2025-03-01, value = 8.00 }]\n\n"
    )
    steps = step("s", "amount = 5.00", "max_months = 2", "min_age = 27")
    later = step("t", 'amount = "deel"', 'after = "s"', "min_age = 27")
    found = list(changes(HEAD + param + steps + later + LAST, tmp_path))
    assert [becomes for code, *_, becomes in found if code == "figure"] == ["7.99", "8.01"]
    # Who is through the months of s is 27 and two months at least.
    assert [becomes for _, of, key, becomes in found if (of, key) == ("t", "min_age")] == ["28"]
    assert [becomes for _, of, key, becomes in found if (of, key) == ("s", "min_age")] == ["26", "28", "None"]


def test_a_yearly_cap_behind_a_monthly_one_does_not_bind_in_january(tmp_path: Path) -> None:
    param = (
        '[param.jaar]\nsource = "alv"\nvalues = [{ from = 2025-01-01, value = 700.00 }, '
        "{ from = 2026-01-01, value = 800.00 }]\n\n"
    )
    capped = step("s", "amount = 90.00", 'cap = { month = 80.00, year = "jaar" }')
    found = list(changes(HEAD + param + capped + LAST, tmp_path))
    assert [becomes for code, *_, becomes in found if code == "since"] == ["2025-02", "2025-12"]


def test_a_yearly_figure_is_reached_in_any_year(tmp_path: Path) -> None:
    param = (
        '[param.jaar]\nsource = "alv"\nvalues = [{ from = 2025-01-01, value = 700.00 }, '
        "{ from = 2027-01-01, value = 1000.00 }]\n\n"
    )
    capped = step("s", "amount = 90.00", 'cap = { month = 90.00, year = "jaar" }')
    found = list(changes(HEAD + param + capped + LAST, tmp_path))
    assert [becomes for code, *_, becomes in found if code == "figure"] == [
        "699.99", "700.01", "999.99", "1000.01",
    ]  # fmt: skip


def test_a_step_that_another_shuts_out_is_changed_for_who_lacks_both(tmp_path: Path) -> None:
    other = step("a", "amount = 5.00", 'when = "granted"')
    shut_out = step("b", "amount = 7.00", 'when = "asked"', 'not_with = "a"', "min_age = 27")
    found = list(changes(HEAD + other + shut_out + LAST, tmp_path))
    assert {(key, becomes) for _, of, key, becomes in found if of == "b"} >= {
        ("when", "None"), ("when", "('asked', False)"), ("min_age", "26"), ("min_age", "28"),
    }  # fmt: skip


def test_who_comes_first_matters_when_there_is_enough_for_one(tmp_path: Path) -> None:
    costs = '[[step]]\nid = "k"\nlabel = "k"\ninput = "costs"\nparty = "supplier"\nsource = "alv"\n\n'
    hours = step("h", 'per = 0.23\nunits = "hours"')
    found = list(changes(HEAD + costs + hours + LAST, tmp_path))
    assert [of for code, of, *_ in found if code == "order"] == ["k"]


def test_what_a_step_always_gets_is_not_carried(tmp_path: Path) -> None:
    tax = step("tax", 'rate = "20%"')
    share = step("deel", 'rate = "80%"', 'of = "after.tax"')
    half = step("half", "amount = 90.00")
    found = list(changes(HEAD + tax + share + half + LAST, tmp_path))
    assert [of for code, of, key, _ in found if key == "carry"] == ["half"]
    # 20% and 80% of what is then left: nobody looks at what is left in between but the second.
    assert not [change for change in found if change[0] == "order" and change[1] == "tax"]


@pytest.mark.parametrize(("base", "orders"), [("pool", []), ("after.b", ["a"])])
def test_neighbours_change_places_where_someone_looks_between_them(
    base: str, orders: list[str], tmp_path: Path
) -> None:
    pair = step("a", 'rate = "10%"') + step("b", 'rate = "20%"')
    found = changes(HEAD + pair + step("c", 'rate = "30%"', f'of = "{base}"') + LAST, tmp_path)
    assert [of for code, of, *_ in found if code == "order" and of == "a"] == orders


def test_half_a_cent_is_only_rounded_where_there_can_be_one(tmp_path: Path) -> None:
    steps = step("a", "amount = 5.00") + step("c", 'per = 5.60\nunits = "hours"') + step("b", 'rate = "100%"')
    found = list(changes(HEAD + steps + LAST, tmp_path))
    assert [of for _, of, key, _ in found if key == "rounding"] == ["c"]


def test_every_modifier_is_changed(tmp_path: Path) -> None:
    found = {(of, key): 0 for _, of, key, _ in changes(EVERY_MODIFIER, tmp_path)}
    assert found.keys() >= {
        ("", "valid_from"), ("", "pool"), ("a", "amount"), ("a", "max_months"),
        ("a", "to"), ("a", "party"), ("b", "rate"), ("b", "of"), ("f", "above"), ("b", "over"),
        ("b", "carry"), ("b", "cap.month"), ("e", "cap.year"), ("e", "cap.life"), ("d", "target"),
        ("b", "max_months"), ("b", "consecutive"), ("b", "after"), ("d", "not_with"), ("b", "when"),
        ("e", "counts"), ("b", "rounding"), ("c", "bands"), ("c", "over"),
    }  # fmt: skip


def paid(months: Sequence[ReplayedMonth]) -> list[object]:
    """What each step paid to whom in each month, or that it could not be divided."""
    return [
        month.no_value
        or {(r.step.id, r.paid, r.step.party, r.step.to, r.step.reduction) for r in month.results if r.paid}
        for month in months
    ]


DATED = """
[param.deel]
source = "alv"
values = [{ from = 2025-03-01, value = 7.00 }]

"""


@takes_seconds
@pytest.mark.parametrize("pack", ["modifiers", "dated"])
def test_what_is_asked_again_is_what_dividing_all_again_gives(pack: str, tmp_path: Path) -> None:
    short = HEAD + DATED + step("a", 'amount = "deel"', "carry = true") + step("b", "amount = 5.00") + LAST
    found = read(EVERY_MODIFIER if pack == "modifiers" else short, tmp_path)
    trials = Trials(found)
    for mutation in mutations(found):
        with localcontext(EXACT):
            differs = any(
                paid(trial.passed) != paid(again.passed)
                for trial in (*trials.whole, *trials.around)
                if (again := Replay(mutation.pack, trial.months, State.new()))
            )
        assert trials.differ(mutation.pack) == differs, mutation._replace(pack=found)


@pytest.mark.parametrize("name", ["lucas", "ons", "vrije-uitloop", "wijkproject"])
def test_a_case_notices_a_change_when_it_does_not_hold_for_it(name: str) -> None:
    books = open_books(Coop(REPOSITORY))
    pack = books.packs[name]
    cases, _ = read_cases(books.coop, REPOSITORY / f"rules/{name}.cases.toml", pack, books.chart)
    for case in cases:
        replay = replayed(pack, case)
        for mutation in mutations(pack):
            assert noticed_by(case, replay, mutation.pack) == bool(case_differences(mutation.pack, case))


COSTS = (
    '[[step]]\nid = "k"\nlabel = "k"\ninput = "costs"\ncarry = true\nparty = "supplier"\nsource = "alv"\n\n'
)
IN_TURN = HEAD + COSTS + step("a", "max_months = 2", "amount = 5.00", "carry = true", 'when = "granted"')
IN_TURN += step("b", "amount = 7.00", 'after = "a"') + LAST


@pytest.mark.parametrize(
    ("old", "new", "months"),
    [
        # a is not open any more when its months would be over: only b tells how many those are.
        ("max_months = 2", "max_months = 3", [(100, 0, True, 95), (100, 0, True, 95), (100, 0, False, 93)]),
        # What was short shows in a later month only.
        ("amount = 5.00\ncarry = true", "amount = 5.00", [(1, 0, True, 0), (100, 0, True, 91)]),
        ('input = "costs"\ncarry = true', 'input = "costs"', [(1, 11, True, 0), (100, 0, True, 80)]),
        ("carry = true", "carry = true", [(1, 11, True, 0), (100, 0, True, 80)]),
    ],
)
def test_a_case_that_only_says_what_is_kept(
    old: str, new: str, months: list[tuple[int, int, bool, int]], tmp_path: Path
) -> None:
    assert old in IN_TURN
    pack, changed = read(IN_TURN, tmp_path / "was"), read(IN_TURN.replace(old, new, 1), tmp_path / "becomes")
    given = tuple(
        CaseMonth(
            Month(2025, number), 1, {"granted": granted},
            {"turnover": Decimal(turnover), "costs": Decimal(costs)}, {},
            (Expected(1, "keep", "", Decimal(keep)),),
        )
        for number, (turnover, costs, granted, keep) in enumerate(months, 1)
    )  # fmt: skip
    case = Case("", 1, Source("alv", "decision", ""), {}, {}, given)
    assert not case_differences(pack, case)
    assert bool(case_differences(changed, case)) == (old != new)
    assert noticed_by(case, replayed(pack, case), replace(pack, steps=changed.steps)) == (old != new)
