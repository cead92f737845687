"""Whole cooperatives, divided at once and with closings on the way, against an independent reading of the
rules and against what beancount itself reads in every file that is written."""

import json
import random
import tempfile
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import test_subcooperatives
from beancount import loader
from beancount.core import data
from beancount.ops import validation
from conftest import Run, examples, takes_seconds
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_projects import CHART, OWN, posted, write

EXAMPLES = examples(3)
"""Cooperatives tried; `make long` tries many more."""

# A smaller seed is no simpler cooperative: looking for one takes minutes and tells nothing.
each = settings(
    max_examples=EXAMPLES, phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip

MONTHS = [f"{2025 + nth // 12}-{nth % 12 + 1:02}" for nth in range(10, 18)]
YEAR, QUARTER = MONTHS[:2], MONTHS[2:5]
PEOPLE = ("amina", "bram", "carla")
ACCOUNTS = """\
2020-01-01 open Liabilities:Gemeente EUR
2020-01-01 open Liabilities:Belasting EUR
"""
REGISTER = """\
option "title" "Proef"
option "operating_currency" "EUR"
include "accounts.beancount"

2025-11-01 custom "subcooperative" "noord"
  name: "Noord"
  rules: "wijk"
2025-11-01 custom "member" "amina"
  name: "Amina"
  rules: "een"
  subcooperative: "noord"
2025-11-01 custom "member" "bram"
  name: "Bram"
  rules: "een"
2026-02-01 custom "member" "bram"
  rules: "twee"
2025-11-01 custom "member" "carla"
  name: "Carla"
  rules: "twee"
2026-01-01 custom "member" "carla"
  left: TRUE
2026-04-01 custom "member" "carla"
  left: FALSE
2025-11-01 custom "project" "catering"
  name: "Catering"
  rules: "team"
2025-11-01 custom "participant" "catering" "amina"
2025-11-01 custom "participant" "catering" "bram"
2025-11-01 custom "participant" "catering" "carla"
"""
GOES = """\
2026-01-01 custom "participant" "catering" "carla"
  left: TRUE
2026-04-01 custom "participant" "catering" "carla"
  left: FALSE
"""
HEAD = (
    '[pack]\nid = "{}"\ntitle = "{}"\npool = ["turnover"]\n{}\n[source.alv]\nkind = "decision"\nref = "ALV"\n'
)

# Each pack as the independent reading has it: id, how much, of what is left after which step, to, whose.
Rules = list[tuple[str, str, Decimal, str, str, str]]


def drawn(rng: random.Random) -> dict[str, Rules]:
    """Rules: a share of the year's pool from some amount on, a tax, a part for the cooperative."""

    def percent(most: int) -> Decimal:
        return Decimal(rng.randint(1, most * 10)) / 1000

    one = [
        ("costs", "input", Decimal(0), "", "", "supplier"),
        ("offset", f"above {rng.randint(0, 900)}.00", percent(90), "pool", "Gemeente", "municipality"),
        ("tax", "rate", percent(40), "after.offset", "Belasting", "tax"),
        ("coop", "rate", percent(30), "after.tax", "Cooperatie", "coop"),
        ("lid", "all", Decimal(1), "", "Lid", "member"),
    ]
    two = [one[0], ("coop", "rate", percent(30), "after.costs", "Cooperatie", "coop"), *one[4:]]
    two.insert(
        1, ("buurt", f"above {rng.randint(0, 400)}.00", percent(50), "after.costs", "Buurt", "community")
    )
    team = [one[0], ("coop", "rate", percent(30), "after.costs", "Cooperatie", "coop")]
    team.append(("deel", "share", Decimal(1), "", "Deelnemers", "member"))
    above = [("koepel", "rate", percent(50), "pool", "Koepel", "coop")]
    above.append(("reserve", "all", Decimal(1), "", "Reserve", "pot"))
    return {"een": one, "twee": two, "team": team, "wijk": above}


def toml(pack: str, rules: Rules) -> str:
    more = 'settled = "quarter"\n' if pack == "een" else ""
    if pack == "team":
        more = 'scope = "collective"\n'
    elif pack == "wijk":
        more = 'scope = "subcooperative"\ncontributions = "Income:Bijdragen"\n'
    text = HEAD.format(pack, pack, more)
    if pack == "wijk":
        text = text.replace('["turnover"]', '["contributions"]')
    for step, how, rate, of, to, party in rules:
        text += f'\n[[step]]\nid = "{step}"\nlabel = "{step}"\nsource = "alv"\nparty = "{party}"\n'
        if how == "input":
            text += f'input = "costs"\ncarry = {"false" if pack == "twee" else "true"}\n'
            continue
        text += f'to = "Liabilities:{to}"\n'
        if how == "rate" or how.startswith("above"):
            text += f'rate = "{rate * 100:f}%"\nof = "{of}"\n'
            text += f'above = {how.split()[1]}\nover = "year"\n' if how != "rate" else ""
        elif how == "share":
            text += 'share = true\nby = "equal"\nfeeds = "Income:Omzet:Projecten"\n'
        else:
            text += "all = true\n"
    return text


# -- the independent reading


class Reader:
    """One holder by the rules of formats.md, section 4, read again for these kinds."""

    def __init__(self) -> None:
        self.years: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        self.short = Decimal(0)
        self.last = ""

    def month(self, month: str, pack: str, rules: Rules, pool: Decimal, costs: Decimal) -> dict[str, Decimal]:
        left, after, paid = pool, {"pool": pool}, {}
        for step, how, rate, of, _, _ in rules:
            if how == "input":
                asked = costs + (self.short if pack != "twee" or self.last != pack else 0)
                paid[step] = min(asked, left)
                self.short = asked - paid[step]
            elif how in ("all", "share"):
                paid[step] = left
            else:
                base, exact = after[of], rate * after[of]
                if how != "rate":
                    over, key = Decimal(how.split()[1]), (pack, step, month[:4])
                    before = self.years[key]
                    self.years[key] += base
                    exact = rate * (max(self.years[key] - over, Decimal(0)) - max(before - over, Decimal(0)))
                paid[step] = min(exact.quantize(Decimal("0.01"), ROUND_HALF_UP), left)
            left -= paid[step]
            after[f"after.{step}"] = left
        self.last = pack
        return paid


Work = dict[tuple[str, str, str], int]
"""In cents: what a holder had on turnover or costs in a month."""


def rules_of(holder: str, month: str) -> str:
    if holder in ("catering", "noord"):
        return {"catering": "team", "noord": "wijk"}[holder]
    return "een" if holder == "amina" or (holder == "bram" and month < "2026-02") else "twee"


def expected(packs: dict[str, Rules], work: Work) -> dict[tuple[str, str], dict[str, Decimal]]:
    readers = {holder: Reader() for holder in (*PEOPLE, "catering", "noord")}
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    for month in MONTHS:
        members = [p for p in PEOPLE if p != "carla" or not "2026-01" < month < "2026-04"]
        share: dict[str, Decimal] = {}
        for holder in ("catering", *members, "noord"):
            pool = Decimal(work.get((holder, month, "turnover"), 0)) / 100 + share.get(holder, Decimal(0))
            if holder == "noord":
                pool = found["amina", month]["coop"]
            costs = Decimal(work.get((holder, month, "costs"), 0)) / 100
            pack = rules_of(holder, month)
            paid = readers[holder].month(month, pack, packs[pack], pool, costs)
            found[holder, month] = paid
            if holder == "catering":
                each, rest = divmod(int(paid["deel"] * 100), len(members))
                share = {m: Decimal(each + (nth < rest)) / 100 for nth, m in enumerate(members)}
    return found


# -- the cooperative in files


def lay_down(folder: Path, packs: dict[str, Rules], participants: str) -> Path:
    for name in ("rules", "ledgers/members", "ledgers/projects", "ledgers/subcooperatives"):
        (folder / name).mkdir(parents=True)
    chart = CHART + test_subcooperatives.CHART + ACCOUNTS
    (folder / "ledgers/accounts.beancount").write_text(chart)
    (folder / "ledgers/coop.beancount").write_text(REGISTER + participants)
    for pack, rules in packs.items():
        (folder / f"rules/{pack}.toml").write_text(toml(pack, rules))
    write(folder, "subcooperatives/noord")
    book(folder, {})
    return folder


def book(coop: Path, work: Work) -> None:
    texts: dict[str, list[str]] = {holder: [] for holder in (*PEOPLE, "catering")}
    for nth, ((holder, month, role), cents) in enumerate(sorted(work.items())):
        account, sign = ("Income:Omzet", "-") if role == "turnover" else ("Expenses:Onkosten", "")
        amount = f"{sign}{Decimal(cents).scaleb(-2):.2f}"
        texts[holder].append(f'{month}-15 * "{holder}" "{nth}"\n  {account}  {amount} EUR\n  Assets:Bank\n')
    for holder, bookings in texts.items():
        write(coop, f"{'projects' if holder == 'catering' else 'members'}/{holder}", *bookings)


def sums(paths: list[Path]) -> dict[tuple[str, str], Decimal]:
    """What stands on each account, as beancount reads these files, which have nothing wrong."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for path in paths:
        entries, problems, _ = loader.load_file(str(path), extra_validations=validation.HARDCORE_VALIDATIONS)
        assert problems == [], path
        for entry in entries:
            for posting in entry.postings if isinstance(entry, data.Transaction) else ():
                found[posting.account, posting.units.currency] += posting.units.number
    return {key: number for key, number in found.items() if number}


def as_beancount_reads(coop: Path) -> dict[tuple[str, str], Decimal]:
    """What all books come to by account; in the whole each holder has accounts that end in its name."""
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    by_holder: dict[tuple[str, str], Decimal] = {}
    for path in sorted((coop / "ledgers/books").glob("*.beancount")):
        for (account, unit), number in sums([path]).items():
            total[account, unit] += number
            by_holder[f"{account}:{path.stem.capitalize()}", unit] = number
    assert sums([coop / "ledgers/consolidated.beancount"]) == by_holder
    return {key: number for key, number in total.items() if number}


def rows(quick: Run, coop: Path) -> dict[tuple[str, str], dict[str, Decimal]]:
    found = json.loads(well(quick, coop, "allocate", MONTHS[-1], "--json"))["allocations"]
    return {(r["member"], r["month"]): {s["id"]: Decimal(s["paid"]) for s in r["steps"]} for r in found}


def well(quick: Run, coop: Path, *command: str) -> str:
    done = quick(*command, "--coop", str(coop))
    assert done.status == 0, (command, done.err)
    return done.out


def said(coop: Path, period: str, step: str, amount: Decimal, day: str) -> None:
    text = f'\n{day} custom "settlement" "amina" "{period}"\n  source: "Besluit"\n  {step}: {amount:.2f}\n'
    register = coop / "ledgers/coop.beancount"
    register.write_text(register.read_text() + text)


@takes_seconds
@each
@given(seed=st.integers(0, 10**9))
def test_at_once_and_on_the_way_come_to_what_the_contract_says(quick: Run, seed: int) -> None:
    rng = random.Random(seed)
    packs = drawn(rng)
    work = {
        (holder, month, role): rng.randint(1, most)
        for holder in (*PEOPLE, "catering")
        for month in MONTHS
        for role, most in (("turnover", 90_000), ("costs", 30_000))
        if rng.random() < 0.6
        and not (holder == "carla" and (role == "costs" or "2026-01" < month < "2026-04"))
    }
    late = {key for key in work if rng.random() < 0.2}
    right = expected(packs, work)
    exact = rng.random() < 0.7
    tax = sum(right["amina", month]["tax"] for month in YEAR)
    offset = sum(right["amina", month]["offset"] for month in QUARTER)
    if not exact:
        offset = Decimal(rng.randint(0, 60_000)) / 100
    with tempfile.TemporaryDirectory() as folder:
        way, once = (lay_down(Path(folder).resolve() / name, packs, GOES) for name in ("way", "once"))
        booked: Work = {}
        for months, period, step, amount, day in (
            (YEAR, "2025", "tax", tax, "2026-06-01"), (QUARTER, "2026-Q1", "offset", offset, "2026-04-20"),
            (MONTHS[5:], "", "", Decimal(0), ""),
        ):  # fmt: skip
            booked |= {key: cents for key, cents in work.items() if key[1] in months and key not in late}
            book(way, booked)
            well(quick, way, "allocate", MONTHS[-1])
            well(quick, way, "close", months[-2])
            booked |= {key: cents for key, cents in work.items() if key[1] in months}
            book(way, booked)
            well(quick, way, "allocate", MONTHS[-1])
            if period:
                well(quick, way, "close", months[-1])
                said(way, period, step, amount, day)
                said(once, period, step, amount, day)
        book(once, work)
        well(quick, once, "allocate", MONTHS[-1])
        well(quick, once, "close", QUARTER[-1])
        found = rows(quick, once)
        assert rows(quick, way) == found
        assert posted(way) == posted(once)
        settled = {("amina", month) for month in (*YEAR, *QUARTER)} | {
            ("noord", month) for month in (*YEAR, *QUARTER)
        }
        for key, paid in right.items():
            if key not in settled:
                assert found[key] == paid, key
        assert sum(found["amina", month]["tax"] for month in YEAR) == tax
        if exact:
            assert sum(found["amina", month]["offset"] for month in QUARTER) == offset
        whole = as_beancount_reads(once)
        assert as_beancount_reads(way) == whole
        for account, ids in (("Lid", ["lid"]), ("Gemeente", ["offset"]), ("Belasting", ["tax"])):
            owed = sum(paid.get(step, 0) for paid in found.values() for step in ids)
            assert whole.get((f"Liabilities:{account}", "EUR"), 0) == -owed
        assert ("Liabilities:Deelnemers", "EUR") not in whole


@each
@given(seed=st.integers(0, 10**9))
def test_what_a_project_shares_is_somebodys(quick: Run, seed: int) -> None:
    """A participant whose membership ended is refused, or takes nothing with it."""
    rng = random.Random(seed)
    work = {("catering", month, "turnover"): rng.randint(1, 90_000) for month in MONTHS}
    with tempfile.TemporaryDirectory() as folder:
        coop = lay_down(Path(folder).resolve() / "coop", drawn(rng), "")
        book(coop, work)
        done = quick("allocate", MONTHS[-1], "--coop", str(coop))
        if done.status == 1:
            assert "carla" in done.err
            assert not list((coop / "ledgers").rglob("books/*"))
        else:
            assert ("Liabilities:Deelnemers", "EUR") not in as_beancount_reads(coop)


@settings(max_examples=examples(5) * EXAMPLES)
@given(
    amounts=st.lists(
        st.tuples(st.integers(1, 99_999), st.integers(0, 2)), min_size=1, max_size=3
    )
)  # fmt: skip
def test_amounts_stand_as_they_were_meant_in_every_file(quick: Run, amounts: list[tuple[int, int]]) -> None:
    """Beancount fills in an open amount by the decimals beside it: either that is exact, or it is refused."""
    texts = [f"-{Decimal(number).scaleb(-decimals)}" for number, decimals in amounts]
    total = sum(map(Decimal, texts))
    lines = "".join(f"  Income:Omzet  {text} EUR\n" for text in texts)
    packs = {"lid": OWN}
    with tempfile.TemporaryDirectory() as folder:
        coop = Path(folder).resolve() / "coop"
        for name in ("rules", "ledgers/members"):
            (coop / name).mkdir(parents=True)
        (coop / "ledgers/accounts.beancount").write_text(CHART)
        head = REGISTER.partition("2025-11-01")[0]
        member = '2025-11-01 custom "member" "amina"\n  name: "Amina"\n  rules: "lid"\n'
        (coop / "ledgers/coop.beancount").write_text(head + member)
        for pack, text in packs.items():
            (coop / f"rules/{pack}.toml").write_text(text)
        write(coop, "members/amina", f'2025-11-15 * "klant"\n{lines}  Assets:Bank\n')
        read = sums([coop / "ledgers/members/amina.beancount"])
        done = quick("allocate", "2025-11", "--coop", str(coop))
        if done.status == 1:
            assert read["Assets:Bank", "EUR"] != -total
            assert "members/amina.beancount" in done.err
            return
        whole = as_beancount_reads(coop)
        assert (whole["Income:Omzet", "EUR"], whole["Assets:Bank", "EUR"]) == (total, -total)
        assert whole["Equity:Verdeling", "EUR"] == -total
