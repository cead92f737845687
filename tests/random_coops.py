"""Random rule packs and random histories, as the files that people write."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

CHART = """\
2020-01-01 open Assets:Bank EUR
2020-01-01 open Assets:Uren UUR
  role: "hours"
2020-01-01 open Equity:Uren UUR
2020-01-01 open Equity:Verdeling EUR
  role: "appropriation"
2020-01-01 open Income:Omzet EUR
  role: "turnover"
2020-01-01 open Income:Giften EUR
  role: "donations"
2020-01-01 open Income:Elders EUR
  role: "elsewhere"
2020-01-01 open Expenses:Onkosten EUR
  role: "costs"
2020-01-01 open Expenses:Studie EUR
  role: "study"
2020-01-01 open Liabilities:Lid EUR
""" + "".join(f"2020-01-01 open Liabilities:Pot{nth} EUR\n" for nth in range(6))

ACCOUNTS = {
    "turnover": "Income:Omzet",
    "donations": "Income:Giften",
    "elsewhere": "Income:Elders",
    "costs": "Expenses:Onkosten",
    "study": "Expenses:Studie",
}
MONTHS = [f"{2025 + nth // 12}-{nth % 12 + 1:02}" for nth in range(9, 24)]

cents = st.integers(0, 200_000)
small = st.integers(0, 40_000)


def euros(amount: int) -> str:
    return f"{Decimal(amount).scaleb(-2):.2f}"


@st.composite
def steps(draw: st.DrawFn, nth: int, earlier: list[str], inputs: list[str]) -> list[str]:
    """The lines of one step that does not close."""
    kinds = ["amount", "rate", "bands", "per"] + (["input"] if inputs else [])
    kind = draw(st.sampled_from(kinds))
    lines = [f'id = "s{nth}"', f'label = "Stap {nth}"', 'source = "alv"', 'party = "coop"']
    if kind == "input":
        return [*lines, f'input = "{inputs.pop()}"', f"carry = {str(draw(st.booleans())).lower()}"]
    lines.append(f'to = "Liabilities:Pot{nth}"')
    if kind == "amount":
        lines.append(f"amount = {euros(draw(small))}")
    elif kind == "per":
        lines += [f"per = {euros(draw(st.integers(0, 3000)))}", 'units = "hours"']
    else:
        base = draw(st.sampled_from(["pool", "turnover", "costs", *(f"after.{step}" for step in earlier)]))
        lines.append(f'of = "{base}"')
        if draw(st.booleans()):
            lines.append('over = "year"')
        if kind == "rate":
            lines.append(f'rate = "{draw(st.integers(0, 1000)) / 10}%"')
            if draw(st.booleans()):
                lines.append(f"above = {euros(draw(small))}")
        else:
            lines.append('bands = [{ from = 0, rate = "5.5%" }, { from = 150.00, rate = "33.3%" }]')
    if draw(st.booleans()):
        caps = {
            key: draw(cents) for key in draw(st.sets(st.sampled_from(["month", "year", "life"]), min_size=1))
        }
        lines.append(
            "cap = { " + ", ".join(f"{key} = {euros(cap)}" for key, cap in sorted(caps.items())) + " }"
        )
        if draw(st.booleans()):
            lines.append('counts = ["elsewhere"]')
    if draw(st.integers(0, 2)) == 0:
        lines.append(f"target = {euros(draw(cents))}")
    if draw(st.integers(0, 3)) == 0:
        lines.append(f"max_months = {draw(st.integers(1, 4))}")
    if draw(st.integers(0, 3)) == 0:
        lines.append('when = "granted"')
    if draw(st.integers(0, 3)) == 0:
        lines.append("min_age = 27")
    if draw(st.booleans()):
        lines.append("carry = true")
    if draw(st.booleans()):
        lines.append('rounding = "down"')
    return lines


@st.composite
def packs(draw: st.DrawFn, closing: str = "all = true") -> str:
    """A rule pack as TOML."""
    inputs = draw(st.permutations(["costs", "study"]))
    bodies: list[list[str]] = []
    for nth in range(draw(st.integers(0, 5))):
        earlier = [f"s{before}" for before in range(nth)]
        bodies.append(draw(steps(nth, earlier, inputs)))
    end = ['id = "lid"', 'label = "Lid"', 'source = "alv"', 'party = "member"', 'to = "Liabilities:Lid"']
    bodies.append([*end, closing])
    pool = draw(st.sampled_from(['["turnover"]', '["turnover", "donations"]']))
    head = f'[pack]\nid = "proef"\ntitle = "Proef"\npool = {pool}\n\n'
    head += '[source.alv]\nkind = "decision"\nref = "ALV"\n'
    return head + "".join("\n[[step]]\n" + "\n".join(body) + "\n" for body in bodies)


@dataclass
class Booking:
    """One booking: euros to a role, hours, or a withdrawal from a pot."""

    month: str
    day: int
    account: str
    amount: int
    other: str = "Assets:Bank"
    earned: str = ""
    text: str = field(default="iets")

    def lines(self, amount: int | None = None, text: str = "") -> str:
        number = self.amount if amount is None else amount
        shown, unit = (euros(number), "EUR") if self.other == "Assets:Bank" else (str(number), "UUR")
        earned = f"  earned: {self.earned}\n" if self.earned else ""
        return (
            f'{self.month}-{self.day:02} * "klant" "{text or self.text}"\n{earned}'
            f"  {self.account}  {shown} {unit}\n  {self.other}\n"
        )


@st.composite
def bookings(draw: st.DrawFn, number: int) -> Booking:
    kind = draw(st.sampled_from([*ACCOUNTS, "turnover", "turnover", "costs", "hours", "pot"]))
    month, day = draw(st.sampled_from(MONTHS)), draw(st.integers(1, 28))
    text = f"nummer {number}"
    if kind == "hours":
        return Booking(month, day, "Assets:Uren", draw(st.integers(-5, 60)), "Equity:Uren", text=text)
    if kind == "pot":
        pot = f"Liabilities:Pot{draw(st.integers(0, 5))}"
        return Booking(month, day, pot, draw(small), text=text)
    sign = -1 if ACCOUNTS[kind].startswith("Income") else 1
    refund = -1 if draw(st.integers(0, 6)) == 0 else 1
    earned = f"{draw(st.sampled_from(MONTHS))}-01" if draw(st.integers(0, 5)) == 0 else ""
    return Booking(month, day, ACCOUNTS[kind], sign * refund * draw(cents), earned=earned, text=text)


@st.composite
def histories(draw: st.DrawFn) -> list[Booking]:
    return [draw(bookings(number)) for number in range(draw(st.integers(0, 25)))]


def lay_down(folder: Path, pack: str, ledgers: dict[str, list[str]], facts: str) -> Path:
    """A cooperative with one pack, and a ledger of these transactions for each member."""
    (folder / "ledgers" / "members").mkdir(parents=True)
    (folder / "rules").mkdir()
    (folder / "rules" / "proef.toml").write_text(pack)
    (folder / "ledgers" / "accounts.beancount").write_text(CHART)
    register = 'option "title" "Proef"\noption "operating_currency" "EUR"\ninclude "accounts.beancount"\n'
    for member, transactions in ledgers.items():
        register += (
            f'\n{MONTHS[0]}-01 custom "member" "{member}"\n  name: "{member}"\n  rules: "proef"\n{facts}'
        )
        text = 'include "../accounts.beancount"\n\n' + "\n".join(transactions)
        (folder / "ledgers" / "members" / f"{member}.beancount").write_text(text)
    (folder / "ledgers" / "coop.beancount").write_text(register)
    return folder
