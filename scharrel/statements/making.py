"""Every document of one member or of all together, rendered and sealed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from scharrel import __version__
from scharrel.core.grants import GrantAccount
from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.period import Period, Span
from scharrel.ledger.ledger import Ledger
from scharrel.plot.drawing import Drawing, Sheet, plot_figures
from scharrel.statements.annual import AnnualView
from scharrel.statements.coop import Share, coop_view
from scharrel.statements.correspondence import Correspondence
from scharrel.statements.data import StatementData, concerns
from scharrel.statements.documents import Documents
from scharrel.statements.member import member_view
from scharrel.statements.municipality import Cover, Return, municipality_return
from scharrel.statements.payment_run import PaymentRunView
from scharrel.statements.pdf import Typesetter, TypesettingError
from scharrel.statements.return_files import as_csv, returns_json, returns_sheet
from scharrel.statements.seal import Seal, packs_behind
from scharrel.statements.settlement import settlement_view
from scharrel.statements.subcooperative import subcooperative_view
from scharrel.statements.vat import VatView
from scharrel.statements.year import year_view
from scharrel.text.grounds import example_notice, notices
from scharrel.text.rules.pack import Told
from scharrel.text.words import Words
from scharrel.treasury.receivables import CustomerDebt
from scharrel.treasury.standing import Standing

DOCUMENTS = ("member", "municipality", "coop", "year", "settlement", "quarter", "subcooperative")
"""`settlement` is that of a year, `quarter` that of a quarter."""
VAT_KIND = "vat-"
"""How the kind of a VAT return begins: behind it stands of what it is, a month, quarter or year."""
PAYMENT_KIND, RUN = "payment", "run-"
"""The kind of a payment run, and how it is named there: behind it stands which one."""
FORMATS = ("pdf", "html", "txt")


class RulesView(NamedTuple):
    """The rules as a handout of the cooperative's."""

    coop: str
    rules: Told


class Order(NamedTuple):
    """What is asked: which month, kinds, format and language, and for whom (all when empty).

    `templates` is the cooperative's own folder of them, `world` the typesetter's. Only `posted` figures
    are stated, unless they are to be compared. `made` is the day that stands on papers for the municipality,
    `today` if nothing else is asked, and `sheet` whether its spreadsheet is.
    """

    month: Month
    kinds: tuple[str, ...]
    form: str
    lang: str
    only: frozenset[str]
    today: date
    templates: Path
    world: Path
    posted: bool = True
    made: date | None = None
    sheet: bool = False

    @property
    def dated(self) -> date:
        """The day on papers for the municipality."""
        return self.made or self.today


def returned(data: StatementData) -> bool:
    """Whether the municipality is told of the month: what nobody earned never reaches it."""
    return concerns(data.allocation) and not data.member.practice


def documents_of(data: StatementData, order: Order) -> Iterator[tuple[str, bytes]]:
    """A member's documents: place and content; BrokenTemplateError if one cannot be rendered."""
    if not data.member.person:
        return
    words = Words(order.lang)
    member, packs = data.member.id, packs_behind([data.allocation])
    heads = notices(words, data.member, [data.allocation.pack])
    if "member" in order.kinds and data.told:
        told = member_view(words, data)
        yield _made(order, "member", member, told, packs, told.figures, heads)
    if "municipality" in order.kinds and data.told and returned(data):
        view = municipality_return(words, data, order.dated)
        yield _made(order, "municipality", member, view, packs, view.figures, heads)
    year = data.of_year(order.month.year)
    if "year" in order.kinds and (year or any(map(data.corrections.get, data.year_so_far()))):
        packs = packs_behind(year or [data.allocation])
        heads = notices(words, data.member, [a.pack for a in year or [data.allocation]])
        of_year = year_view(words, data)
        yield _made(order, "year", member, of_year, packs, of_year.figures, heads)
    for kind, period in (
        ("settlement", Period.of("year", order.month)),
        ("quarter", Period.of("quarter", order.month)),
    ):
        settlement = data.member.settlement(period)
        months = data.of_period(period)
        if kind in order.kinds and order.month == period.last and settlement and months:
            settled = settlement_view(words, data, settlement)
            yield _made(order, kind, member, settled, packs_behind(months), settled.figures, heads)


def subcooperative_document(
    data: StatementData, others: Sequence[StatementData], accounts: Sequence[GrantAccount], order: Order
) -> tuple[str, bytes]:
    """The overview of a sub-cooperative (place and content); `others` are all who are computed together with
    it. BrokenTemplateError if it cannot be rendered."""
    view = subcooperative_view(Words(order.lang), data, others, accounts)
    packs = packs_behind([data.allocation])
    return _made(
        order, "subcooperative", data.member.id, view, packs, view.figures,
        example_notice(Words(order.lang), [data.allocation.pack]),
    )  # fmt: skip


def documents_together(
    coop: str,
    used: Sequence[Pack],
    order: Order,
    shares: Sequence[Share],
    returns: Sequence[Return],
    head: Correspondence,
    treasury: Ledger | None = None,
    debts: Sequence[CustomerDebt] | None = None,
    banks: Sequence[Standing] = (),
    called: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[str, bytes]]:
    """The overview of the cooperative, the cover of the returns and their files: place and content. `used`
    are the rules that anyone was under, `head` is the cover's, `treasury` the cooperative's own ledger,
    `debts` are customers', `banks` its accounts, and `called` is what people call those of the chart."""
    heads = example_notice(Words(order.lang), used)
    if "coop" in order.kinds:
        rows = sorted(shares, key=lambda share: share.name)
        view = coop_view(coop, order.month, rows, treasury, debts, banks, called)
        yield _made(order, "coop", "", view, used, view.figures, heads)
    if "municipality" in order.kinds:
        cover = Cover(coop, head, order.month, sorted(returns, key=lambda row: row.name))
        yield _made(order, "cover", "", cover, used, cover.figures, heads)
        yield "municipality/return.csv", as_csv(sorted(returns, key=lambda row: row.member)).encode()
        yield "municipality/return.json", returns_json(cover, heads).encode()
        if order.sheet:
            yield "municipality/opgave.csv", returns_sheet(cover.returns).encode()


def rules_handout(order: Order, coop: str, told: Told, pack: Pack) -> bytes:
    """The rules for the members' meeting; BrokenTemplateError if they cannot be rendered."""
    _, content = _made(order, "rules", "", RulesView(coop, told), [pack], {})
    return content


def annual_document(order: Order, view: AnnualView, used: Sequence[Pack]) -> bytes:
    """The annual accounts, which rest on the rules that were `used`; BrokenTemplateError if they cannot be
    rendered."""
    heads = example_notice(Words(order.lang), used)
    return _made(order, "annual", "", view, used, view.figures, heads)[1]


def vat_document(order: Order, view: VatView, span: Span) -> bytes:
    """A VAT return of a month, quarter or year; BrokenTemplateError if it cannot be rendered."""
    return _made(order, f"{VAT_KIND}{span}", "", view, (), view.figures)[1]


def payment_document(order: Order, view: PaymentRunView) -> bytes:
    """A payment run; BrokenTemplateError if it cannot be rendered."""
    return _made(order, PAYMENT_KIND, f"{RUN}{view.run}", view, (), view.figures)[1]


def plot_sheet(order: Order, sheet: Sheet) -> bytes:
    """What members keep under rules, on paper; BrokenTemplateError if it cannot be rendered."""
    packs = [one.curve.pack for one in sheet.curves]
    heads = example_notice(Words(order.lang), packs)
    return _made(order, "plot", "", sheet, packs, plot_figures(sheet), heads)[1]


def plot_drawing(order: Order, drawing: Drawing) -> bytes:
    """The same as a drawing by itself."""
    return _documents(order.templates, order.lang, "html").drawing("plot.svg.j2", drawing=drawing).encode()


def place_of(kind: str, member: str, form: str) -> str:
    """Where a document lies in the folder of statements."""
    together = {"coop": "coop/overview", "cover": "municipality/cover", "annual": "annual/accounts"}
    return f"{together.get(kind, f'{kind}/{member}')}.{form}"


def _made(
    order: Order,
    kind: str,
    member: str,
    view: object,
    packs: Sequence[Pack],
    figures: Mapping[str, Decimal],
    heads: Sequence[str] = (),
) -> tuple[str, bytes]:
    sealed = {name: plain(amount) for name, amount in figures.items()}
    made = str(order.dated) if kind in ("municipality", "cover") else ""
    hashes = {pack.id: pack.hash for pack in packs}
    seal = Seal(kind, member, str(order.month), order.lang, __version__, hashes, sealed, made)
    documents = _documents(order.templates, order.lang, order.form)
    template = "settlement" if kind == "quarter" else "vat" if kind.startswith(VAT_KIND) else kind
    text = documents.render(template, view, seal, heads, {pack.id: pack.title for pack in packs})
    place = place_of(kind, member, order.form)
    if order.form != "pdf":
        return place, text.encode()
    try:
        return place, _typesetter(order.world).pdf(text)
    except TypesettingError as error:
        raise documents.from_source(template, error.line, error.reason) from error


@cache
def _documents(templates: Path, lang: str, form: str) -> Documents:
    return Documents(templates, Words(lang), form)


@cache
def _typesetter(world: Path) -> Typesetter:
    return Typesetter(world)
