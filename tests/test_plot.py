"""What a member keeps, drawn: the corners are worked by hand, and nothing lies on anything else."""

import io
import re
from datetime import date
from decimal import Decimal as D
from fractions import Fraction as F
from pathlib import Path
from xml.etree import ElementTree as XML

import pytest
from conftest import REPOSITORY, SHIPPED, Ran, Run
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from scharrel.analysis.breakpoints import Curve, curve
from scharrel.analysis.supposed import supposed
from scharrel.cli.rules.plot import MOST_CURVES
from scharrel.core.facts import MonthFacts
from scharrel.core.month import Month
from scharrel.core.pack import Pack, Step
from scharrel.core.state import State
from scharrel.plot.curve import default_end, graph, marks
from scharrel.plot.terminal import chart, signs_for
from scharrel.text.words import Words

PACKS = [path.stem for path in SHIPPED if 'scope = "collective"' not in path.read_text("utf-8")]
PLANTED = REPOSITORY / "tests/packs"
OCTOBER = Month(2026, 10)
SVG = "{http://www.w3.org/2000/svg}"

# 73% is left after tax and coop, 60% of that after the pot: 220 of it is passed at 220 / 0.438. The pot, 40%
# of the 73%, is full at 1800 / 0.292.
VRIJE_UITLOOP = ("502,28", "6.164,38")
# 25% is exempt up to 285: at 1140. By then 855 is offset, and the norm of 1419.46 is all offset 564.46 later.
BIJSTAND = ("1.140,00", "1.704,46")


@pytest.fixture
def plot(quick: Run) -> Run:
    """`rules plot` on the example cooperative as it was in October 2026."""

    def run(*arguments: str) -> Ran:
        return quick("rules", "plot", *arguments, "--month", "2026-10", "--coop", str(REPOSITORY))

    return run


def said(ran: Ran) -> str:
    """What was printed, as one line."""
    assert (ran.status, ran.err) == (0, "")
    return " ".join(ran.out.replace("\xa0", " ").split())


# -- corners


def test_the_corners_of_the_vrije_uitloop(plot: Run) -> None:
    out = said(plot("vrije-uitloop"))
    assert "van € 0,00 tot € 502,28: van elke euro hou je 73 cent" in out
    assert 'bij € 502,28: "Verrekend met de uitkering" begint; je houdt dan € 366,67' in out
    # 29.2 to the pot, and half of the other 43.8
    assert "van € 502,28 tot € 6.164,38: van elke euro hou je 51,1 cent" in out
    assert 'bij € 6.164,38: "Jouw spaarpot (thermometer)" is vol; je houdt dan € 3.260,00' in out
    assert "vanaf € 6.164,38: van elke euro hou je 36,5 cent" in out


def test_the_corners_of_the_benefit(plot: Run) -> None:
    out = said(plot("bijstand"))
    assert "van € 0,00 tot € 1.140,00: van elke euro hou je 25 cent" in out
    assert "van € 1.140,00 tot € 1.704,46: van elke euro hou je niets" in out
    assert '"Verrekend met de uitkering" raakt de grens van de maand; je houdt dan € 285,00' in out
    assert "vanaf € 1.704,46: van elke euro hou je alles" in out
    assert "27 jaar of ouder, vrijlating toegekend, medisch urenbeperkt," in out
    assert "alleenstaand." in out


@pytest.mark.parametrize(
    ("asked", "corners"),
    [
        (["--costs", "40"], ["40,00", "1.180,00", "1.744,46"]),
        (["--costs", "40,50"], ["40,50", "1.180,50", "1.744,96"]),
        # the norm of a couple is 2027.79
        (["--fact", "household=couple"], ["1.140,00", "2.312,79"]),
        # without n, y: 15% up to 180.19, at 1201.27; the norm 419.46 + 180.19 − ... at 1419.46 + 180.19
        (["--fact", "exemption_granted=FALSE"], ["1.201,27", "1.599,65"]),
        (["--fact", "exemption_granted=false", "--fact", "medically_limited=false"], ["1.419,46"]),
        # too young for n, not for y
        (["--fact", "born=2001-01-01"], ["1.201,27", "1.599,65"]),
        # chantal used her six months up; r is 12.5% up to 177.66
        (["--member", "chantal", "--costs", "0"], ["1.421,28", "1.597,12"]),
    ],
)
def test_the_facts_move_the_corners(asked: list[str], corners: list[str], plot: Run) -> None:
    out = said(plot("bijstand", *asked))
    assert re.findall(r"\bbij € ([\d.,]+): \"\w", out)[: len(corners)] == corners


def test_hours_are_booked_like_costs(plot: Run) -> None:
    # 12.50 an hour, after the costs
    out = said(plot("lucas", "--fact", "hours=20", "--costs", "15"))
    assert 'bij € 265,00: "Urenvergoeding" is helemaal betaald; je houdt dan € 250,00' in out
    assert "Kosten 15,00, uren 20,00" in out
    assert "Deze regels tellen ook vrijwilligersuren; dat staat hier op nul." in out


def test_a_real_member_stands_where_the_books_say(plot: Run) -> None:
    out = said(plot("vrije-uitloop", "--member", "fatma", "--costs", "0"))
    assert "Zoals Fatma Yıldız er aan het begin van de maand voor staat." in out
    (full,) = re.findall(r"bij € ([\d.,]+): \"Jouw spaarpot", out.partition("Verder dan")[0])
    # what is in her pot already is no longer to be filled; the rest goes into it at 29.2 cents of a euro
    assert D(full.replace(".", "").replace(",", ".")) < D("6164.38")


def step(name: str, party: str, **keys: object) -> Step:
    return Step(name, {"nl": name}, party, "alv", rounding="half-up", to=f"Liabilities:{name}", **keys)  # type: ignore[arg-type]


def curve_of(*steps: Step, before: State | None = None, **roles: str) -> Curve:
    pack = Pack("p", "P", ("turnover",), (*steps, step("lid", "member", kind="all")), {}, {}, "")
    facts = MonthFacts(OCTOBER, {}, {role: D(amount) for role, amount in roles.items()}, {})
    return curve(pack, facts, before or State.new())


COOP = step("coop", "coop", kind="rate", operand=D("0.10"))
FEE = step("fee", "coop", kind="rate", operand=D("0.01"), above=D(900))
BONUS = step("bonus", "member", kind="amount", operand=D(80), not_with="fee")


def test_a_jump_is_no_slope() -> None:
    # past 900 the fee takes the bonus away: of 900, 80 + 10% of nothing is kept until then
    rest = step("rest", "municipality", kind="rate", operand=D(1), base="after.bonus")
    found = curve_of(FEE, BONUS, rest)
    fee = found.bends[-1]
    assert (fee.at, fee.before, fee.after, fee.cause, fee.step.id) == (900, 80, 0, "starts", "fee")
    (trace,) = graph([found], F(1000), "kept").traces
    assert trace.jumps == (((F(900), F(80)), (F(900), F(0))),)
    assert trace.strokes == (
        ((F(0), F(0)), (F(80), F(80)), (F(900), F(80))),
        ((F(900), F(0)), (F(1000), F(0))),
    )


def test_where_only_others_get_something_else_there_is_no_corner() -> None:
    capped = step("fund", "community", kind="rate", operand=D("0.5"), base="after.coop", cap_month=D(90))
    shared = [COOP, capped, step("town", "municipality", kind="rate", operand=D(1), base="after.fund")]
    assert [piece.kept for piece in curve_of(*shared).pieces] == [0]


def test_a_deficit_is_made_up_for_first() -> None:
    found = curve_of(COOP, before=State.new().with_deficit(D(-40)))
    assert [(bend.at, bend.cause) for bend in found.bends] == [(40, "deficit")]
    assert found.pieces[1].keep_at(F(140)) == 90


def test_what_the_pool_already_has_is_left_out() -> None:
    assert curve_of(COOP, turnover="300.00").pieces[0].keep_at(F(100)) == 90


def test_the_next_euro_is_drawn_level() -> None:
    offset = step("offset", "municipality", kind="rate", operand=D("0.5"), base="after.coop", above=D(180))
    (trace,) = graph([curve_of(COOP, offset)], F(1000), "next").traces
    assert trace.strokes == (((F(0), F(90)), (F(200), F(90))), ((F(200), F(45)), (F(1000), F(45))))


def test_a_far_corner_does_not_squash_the_rest(plot: Run) -> None:
    out = said(plot("vrije-uitloop"))
    assert " 600 800 1.000 wat er in de maand binnenkomt" in out
    assert 'Verder dan de tekening: De Vrije Uitloop, bij € 6.164,38: "Jouw spaarpot' in out
    assert default_end([]) == 1000
    assert " 6.000 8.000 " in said(plot("vrije-uitloop", "--to", "8000"))


@given(st.fractions(-9999, 0), st.fractions(F(1, 10), 10**6), st.integers(3, 9))
def test_marks_are_round_and_cover(low: F, width: F, most: int) -> None:
    found = marks(low, low + width, most)
    apart = found[1] - found[0]
    assert found[0] <= low < low + width <= found[-1]
    assert len(found) <= most + 2
    while apart < 1:
        apart *= 10
    assert re.fullmatch("[125]0*", str(apart))


def test_the_usual_member_is_one_that_every_pack_knows() -> None:
    assert supposed([], OCTOBER) == {}
    old = step("a", "member", kind="amount", operand=D(1), min_age=27, when=(("granted", False), ("n", D(3))))
    pack = Pack("p", "P", ("turnover",), (old,), {}, {}, "")
    assert supposed([pack], OCTOBER) == {"granted": True, "n": D(3), "born": date(1998, 1, 1)}


# -- the screen


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_everything_fits_80_columns(lang: str, plot: Run) -> None:
    for packs in [*([pack] for pack in PACKS), PACKS[:MOST_CURVES]]:
        done = plot(*packs, "--lang", lang, "--costs", "12.34")
        assert done.status == 0
        assert max(map(len, done.out.splitlines())) <= 80


def test_several_packs_have_letters_and_what_tells_them_apart(quick: Run, tmp_path: Path) -> None:
    proposal = tmp_path / "voorstel.toml"
    proposal.write_text((REPOSITORY / "rules/ons.toml").read_text("utf-8").replace('"10%"', '"20%"'), "utf-8")
    done = quick("rules", "plot", "ons", str(proposal), "vrije-uitloop@2026-07", "vrije-uitloop@2026-01",
                 "--month", "2026-10", "--coop", str(REPOSITORY))  # fmt: skip
    out = said(done)
    assert "A: ONS Coöperatief, oktober 2026 (ons) van € 0,00" in out
    assert "B: ONS Coöperatief, oktober 2026 (voorstel.toml) van € 0,00" in out
    assert "C: De Vrije Uitloop, juli 2026" in out
    # 10% to the coop: 220 / (0.75 × 0.6)
    assert "D: De Vrije Uitloop, januari 2026 (vrije-uitloop) van € 0,00 tot € 488,89: van" in out


def test_without_braille_it_is_drawn_in_ascii(scharrel: Run) -> None:
    done = scharrel("rules", "plot", "bijstand", "ons", "--month", "2026-10", "--coop", str(REPOSITORY),
                    PYTHONIOENCODING="ascii", PYTHONUTF8="0")  # fmt: skip
    assert (done.status, done.err) == (0, "")
    assert done.out.isascii()
    assert "van EUR 1.140,00 tot EUR 1.704,46: van elke euro hou je niets" in done.out
    # of the next euro ONS leaves everything at first, the benefit at last
    assert re.search(r"^100 \+b+ +a+$", done.out, re.MULTILINE)
    assert "aAaaa" in done.out


def test_a_jump_is_upright_on_the_screen() -> None:
    rest = step("rest", "municipality", kind="rate", operand=D(1), base="after.bonus")
    drawn = graph([curve_of(FEE, BONUS, rest)], F(1000), "kept")
    rows = [
        "".join(span.text for span in line)
        for line in chart(Words(), drawn, [""], 60, 12, signs_for("ascii"))
    ]
    columns = [{at for at, sign in enumerate(row) if sign in "*o" and at > 45} for row in rows[1:9]]
    assert all(len(found) <= 1 for found in columns[2:])
    assert len(set.union(*columns[2:])) == 1


# -- mistakes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nergens"], 'Er zijn geen regels "nergens"'),
        (["bijstand", "--fact", "huishouden=single"], 'vragen niet naar "huishouden". Kies uit: exemption'),
        (["bijstand", "--fact", "household=alleen"], "Kies uit: single, single-parent, couple."),
        (["bijstand", "--fact", "exemption_granted=ja"], "Kies uit: TRUE, FALSE."),
        (["bijstand", "--fact", "household"], "Schrijf: --fact household=couple"),
        (["bijstand", "--fact", "born=31-2-1990"], "De dag 31-2-1990 bestaat niet."),
        (["lucas", "--fact", "hours=-1"], "Geef een bedrag van 0 of meer."),
        (["bijstand", "--costs", "veel"], '"veel" is geen bedrag'),
        (["bijstand", "--to", "0"], "niet tot 0."),
        (["bijstand", "--to", "-100"], "niet tot -100."),
        (["bijstand", "--to", "1000000000000"], "is geen bedrag"),
        (["bijstand@2026-13"], '"2026-13" is geen maand'),
        (["bijstand@2024-06"], 'De regels "bijstand" gelden niet in juni 2024.'),
        (["bijstand", "--member", "niemand"], 'Er is geen lid "niemand"'),
        (["bijstand", "--member", "joao"], "João Tavares was in oktober 2026 geen lid"),
        (["bijstand", "--out", "plot.png"], "Laat het bestand eindigen op .svg of .pdf."),
        ([f"bijstand@2026-0{nth}" for nth in range(1, 8)], "Meer dan 6 lijnen"),
    ],
)
def test_mistakes_are_told(arguments: list[str], message: str, plot: Run) -> None:
    done = plot(*arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_what_cannot_be_drawn_is_told(quick: Run, tmp_path: Path) -> None:
    text = (REPOSITORY / "rules/weggeefwinkel.toml").read_text("utf-8").replace("all = true", "share = true")
    (tmp_path / "samen.toml").write_text(text, "utf-8")
    done = quick("rules", "plot", str(tmp_path / "samen.toml"), "--coop", str(REPOSITORY))
    assert done.status == 2
    assert "Wat je houdt, hangt ook van hen af" in done.err
    text = (PLANTED / "gap-of-a-household.toml").read_text("utf-8")
    (tmp_path / "gat.toml").write_text(text, "utf-8")
    gap = re.findall(r"value = \{ (\w+) ", text)
    assert gap
    done = quick("rules", "plot", str(tmp_path / "gat.toml"), "--fact", "household=couple",
                 "--month", "2026-10", "--coop", str(REPOSITORY))  # fmt: skip
    assert done.status == 2
    assert 'voor household "couple". Kies een andere met --fact household=...' in done.err


# -- on paper


def drawn(plot: Run, path: Path, *arguments: str) -> XML.Element:
    assert said(plot(*arguments, "--out", str(path))) == f"De tekening staat in {path}."
    return XML.fromstring(path.read_bytes())


def texts(svg: XML.Element) -> list[str]:
    return ["".join(text.itertext()).replace("\xa0", " ") for text in svg.iter(f"{SVG}text")]


def test_the_drawing_says_every_corner(plot: Run, tmp_path: Path) -> None:
    svg = drawn(plot, tmp_path / "p.svg", "bijstand", "vrije-uitloop", "ons")
    shown = texts(svg)
    for number, corner in enumerate(("C: € 111,11", "B: € 502,28", "A: € 1.140,00", "A: € 1.704,46"), 1):
        assert str(number) in shown
        assert [text for text in shown if text.startswith(f"{number}  {corner}: ")]
    assert any("Verder dan de tekening: B: De Vrije Uitloop, bij € 6.164,38" in text for text in shown)
    title, told = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert svg.attrib["aria-labelledby"] == f"{title.attrib['id']} {told.attrib['id']}"
    for corner in (*BIJSTAND, *VRIJE_UITLOOP, "111,11"):
        assert f"€ {corner}" in (told.text or "").replace("\xa0", " ")
    assert not [tag for tag in svg.iter() if tag.tag.endswith("script")]


def test_lines_differ_in_print_too(plot: Run, tmp_path: Path) -> None:
    months = [f"bijstand@2026-0{month}" for month in range(1, 7)]
    svg = drawn(plot, tmp_path / "p.svg", *months)
    styles = [(line.attrib["stroke"], line.attrib["stroke-dasharray"]) for line in svg.iter(f"{SVG}polyline")]
    found = dict.fromkeys(styles)
    assert len(found) == len({color for color, _ in found}) == len({dash for _, dash in found}) == 6
    for color, _ in found:
        assert contrast_with_white(color) >= 4.5


def contrast_with_white(color: str) -> float:
    """As WCAG 2 has it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_a_jump_breaks_the_line(quick: Run, tmp_path: Path) -> None:
    out = tmp_path / "p.svg"
    quick("rules", "plot", str(PLANTED / "cliff-not-with.toml"), "--coop", str(REPOSITORY), "--out", str(out))
    svg = XML.fromstring(out.read_bytes())
    lines = [[tuple(map(int, spot.split(","))) for spot in line.attrib["points"].split()]
             for line in svg.iter(f"{SVG}polyline")]  # fmt: skip
    (before, after) = lines[:2]
    assert before[-1][0] == after[0][0]
    assert before[-1][1] < after[0][1]


def test_names_in_a_pack_are_text(quick: Run, tmp_path: Path) -> None:
    text = (REPOSITORY / "rules/ons.toml").read_text("utf-8")
    hostile = text.replace('title = "ONS Coöperatief"', 'title = "<script>\\u001b[2J#panic() & \\"@x\\""')
    (tmp_path / "ons.toml").write_text(hostile, "utf-8")
    for kind in ("svg", "pdf"):
        done = quick("rules", "plot", str(tmp_path / "ons.toml"), "--coop", str(REPOSITORY),
                     "--out", str(tmp_path / f"p.{kind}"))  # fmt: skip
        assert (done.status, done.err) == (0, "")
    assert '<script>\ufffd[2J#panic() & "@x"' in texts(XML.fromstring((tmp_path / "p.svg").read_bytes()))


def test_the_page_has_the_corners_and_what_they_rest_on(plot: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.pdf"
    said(plot("bijstand", "vrije-uitloop", "--out", str(path)))
    reader = PdfReader(io.BytesIO(path.read_bytes()))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split()).replace("\xa0", " ")
    for corner in (*BIJSTAND, *VRIJE_UITLOOP):
        assert f"€ {corner}" in text
    assert "De regels van oktober 2026." in text
    assert "Wet: Participatiewet artikel 31 lid 2 onder n." in text
    assert "Ledenvergadering van 10 juni 2026, punt 3. 8 voor, 2 tegen, 1 onthouding." in text
    assert re.search(r"Regels: Gewone bijstand \([0-9a-f]{8}\)", text)
    figures = reader.attachments["cijfers.json"][0].decode()
    assert '"B vrije-uitloop 2026-10 bend 2 keep": "3260.00"' in figures
    plot("bijstand", "vrije-uitloop", "--out", str(tmp_path / "again.pdf"))
    assert (tmp_path / "again.pdf").read_bytes() == path.read_bytes()


def test_one_pack_is_one_page(plot: Run, tmp_path: Path) -> None:
    for pack in PACKS:
        plot(pack, "--out", str(tmp_path / "p.pdf"))
        assert len(PdfReader(tmp_path / "p.pdf").pages) == 1


def test_a_template_of_ones_own_is_used_and_its_mistakes_are_told(coop: Path, quick: Run) -> None:
    (coop / "templates").mkdir()
    (coop / "templates/plot.svg.j2").write_text("<svg>{{ drawing.nothing }}</svg>\n", "utf-8")
    done = quick("rules", "plot", "vrije-uitloop", "--coop", str(coop), "--out", str(coop / "p.svg"))
    assert done.status == 1
    assert "templates/plot.svg.j2:1: Dit sjabloon werkt niet" in done.err
    assert not (coop / "p.svg").exists()
