"""Statements: the same figures in every format, nothing from a ledger taken for code, never half a result."""

import csv
import io
import json
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import EVERY, REPOSITORY, Run, in_process, some, takes_seconds
from pypdfium2 import PdfDocument

from scharrel.text.words import Words

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
PACK = "rules/vrije-uitloop.toml"
MONTH = "2026-05"


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


class Page(HTMLParser):
    """The text that a browser would show."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        self.text += "" if self.hidden else f" {data}"


def text_of(path: Path) -> str:
    """What a reader sees, with all white space made one space."""
    if path.suffix == ".pdf":
        with PdfDocument(path) as document:
            text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    elif path.suffix == ".html":
        page = Page()
        page.feed(path.read_text("utf-8"))
        text = page.text
    else:
        text = path.read_text("utf-8")
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example cooperative, to be left as it is."""
    folder = tmp_path_factory.mktemp("example")
    for part in ("ledgers", "rules"):
        shutil.copytree(REPOSITORY / part, folder / part)
    return folder


FORMS = ("pdf", "html", "txt")
SHOWN = () if EVERY else ("--member", "fatma", "--member", "dina")


def print_all(example: Path, out: Path, lang: str) -> Path:
    for form in FORMS:
        options = ["--format", form, "--out", str(out / form), "--lang", lang, "--coop", str(example)]
        done = in_process("statements", "2026-10", *options, *(() if form == "txt" else SHOWN))
        assert done.status == 0, done.err
        assert all(line.startswith(("ledgers/bank/", "  ")) for line in done.err.splitlines()), done.err
    return out


@pytest.fixture(scope="session")
def printed(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every statement of the example in every format, in a folder each: in `make test` as a page those of two
    members, and all as plain text."""
    return print_all(example, tmp_path_factory.mktemp("printed"), "nl")


def every_month(example: Path, quick: Run) -> Iterator[tuple[str, list[dict[str, object]]]]:
    done = quick("allocate", "2026-10", "--json", "--dry-run", "--coop", str(example))
    months: dict[str, list[dict[str, object]]] = {}
    projects = {path.stem for path in (example / "ledgers/projects").iterdir()}
    for allocation in json.loads(done.out)["allocations"]:
        if allocation["member"] in projects:
            continue
        months.setdefault(allocation["month"], []).append(allocation)
    yield from sorted(months.items())


@takes_seconds
@pytest.mark.parametrize("year", ["2026", "2025"])
def test_the_pdf_says_what_allocate_says_for_every_member_and_month(
    year: str, example: Path, quick: Run, tmp_path: Path
) -> None:
    months = [(month, found) for month, found in every_month(example, quick) if month.startswith(year)]
    assert len(months) >= 10
    for month, allocations in some(months, 2):
        out = tmp_path / month
        done = quick("statements", month, "--for", "member", "--out", str(out), "--coop", str(example))
        assert done.status == 0, done.err
        people = {path.stem for path in (example / "ledgers/members").iterdir()}
        own = [allocation for allocation in allocations if allocation["member"] in people]
        assert len(list((out / "member").iterdir())) == len(own)
        for allocation in own:
            path = out / "member" / f"{allocation['member']}.pdf"
            text = text_of(path)
            steps = allocation["steps"]
            assert isinstance(steps, list)
            amounts = [allocation["pool"], allocation["keep"], *(step["paid"] for step in steps)]
            for amount in amounts:
                assert Words("nl").money(Decimal(str(amount))).replace("\xa0", " ") in text, (path, amount)


@pytest.mark.parametrize("lang", ["nl", pytest.param("en", marks=takes_seconds)])
def test_every_format_has_the_same_amounts(lang: str, example: Path, printed: Path, tmp_path: Path) -> None:
    found: dict[str, dict[str, set[str]]] = {}
    out = printed if lang == "nl" else print_all(example, tmp_path, lang)
    for form in FORMS:
        for page in (out / "pdf").rglob("*.pdf"):
            place = page.relative_to(out / "pdf").with_suffix("").as_posix()
            path = out / form / f"{place}.{form}"
            text = text_of(path)
            # 12.345,67 or 12,345.67; a bare number is an hour, a line or a year
            found.setdefault(place, {})[form] = set(re.findall(r"\d[\d.,]*[.,]\d\d\b", text))
    assert len(found) > (30 if EVERY else 5)
    assert not EVERY or len(list((out / "txt").rglob("*.txt"))) == len(found)
    for place, by_form in found.items():
        assert by_form["pdf"] == by_form["html"] == by_form["txt"], place


def test_the_overview_begins_with_what_all_did_together(
    example: Path, coop: Path, quick: Run, tmp_path: Path
) -> None:
    found = {}
    for books in (example, coop):
        out = tmp_path / books.name
        options = ["2026-10", "--for", "coop", "--format", "txt", "--out", str(out), "--coop", str(books)]
        assert quick("allocate", "2026-10", "--coop", str(books)).status == 0
        assert quick("statements", *options).status == 0
        found[books] = text_of(out / "coop/overview.txt")
    # Dina's rules are the only ones of the example by which something goes to the neighbourhood.
    dina = quick("allocate", "2026-10", "--json", "--dry-run", "--member", "dina", "--coop", str(example)).out
    (month,) = (row for row in json.loads(dina)["allocations"] if row["month"] == "2026-10")
    (paid,) = (step["paid"] for step in month["steps"] if step["id"] == "community")
    assert f"Naar de buurt ging € {paid.replace('.', ',')}." in found[example].replace("\xa0", " ")
    assert "met wat zij gezamenlijk doen" in found[example]
    assert "Samen draaiden de leden €" in found[coop].replace("\xa0", " ")
    assert "buurt ging" not in found[coop]


@takes_seconds
def test_the_same_books_give_the_same_bytes(example: Path, printed: Path, tmp_path: Path) -> None:
    again = print_all(example, tmp_path, "nl")
    first = {path.relative_to(printed): path.read_bytes() for path in printed.rglob("*.*")}
    assert first == {path.relative_to(again): path.read_bytes() for path in again.rglob("*.*")}
    assert len(first) > 90


def test_only_the_owner_can_read_them(coop: Path, quick: Run) -> None:
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    assert quick("statements", "--coop", str(coop)).status == 0
    for path in [coop / "statements", *(coop / "statements").rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_csv_has_the_sums_of_the_return(example: Path, quick: Run, tmp_path: Path) -> None:
    options = ["--for", "municipality", "--out", str(tmp_path / "out"), "--coop", str(example)]
    assert quick("statements", "2026-10", *options).status == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/municipality/return.csv").read_text("utf-8"))))
    (amina,) = [row for row in rows if row["member"] == "amina"]
    # 174.86 turnover, 84.02 costs, a quarter of the rest exempt: the example's own explain
    assert amina["OpgegevenInkomsten"] == "90.84"
    assert amina["InkomstenVrijlating"] == "22.71"
    assert amina["TeVerrekenenInkomsten"] == "68.13"
    documented = re.findall(r"^\| `(\w+)` \|", (REPOSITORY / "docs/statements.md").read_text("utf-8"), re.M)
    assert documented == list(amina)


@takes_seconds
def test_the_return_has_no_payees(example: Path, quick: Run, tmp_path: Path) -> None:
    for form in ("pdf", "txt", "html"):
        options = ["--for", "municipality", "--format", form, "--out", str(tmp_path), "--coop", str(example)]
        assert quick("statements", "2026-10", *options).status == 0
        text = text_of(tmp_path / f"municipality/amina.{form}")
        for payee in ("Fietsgroothandel", "Belsimpel", "Marloes", "Heuvelstraat"):
            assert payee not in text
            assert payee.encode() not in (tmp_path / f"municipality/amina.{form}").read_bytes()


# -- whatever people type is text

HOSTILE = [
    '#include("x")',
    "<script>alert(1)</script>",
    "[red]bold[/red]",
    "{{ 7*7 }}{% raw %}",
    "$x$ *vet* _schuin_ `code` = kop",
    '#panic("x") ]#[ @preview/x:1.0.0 \\u{41} // weg',
    "\\\\ \\\" ' ; ) }",
    "&lt;b&gt; &amp; --> <!--",
    "Nguyễn Thị Hồng Nhung-Đặng",
    "=HYPERLINK(1)",
    "W" * 60,
]


@pytest.fixture
def hostile_coop(coop: Path) -> Callable[[str], Path]:
    def laid(text: str) -> Path:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        append(
            coop / REGISTER,
            f'\n2026-05-01 custom "member" "amina"\n  name: "{quoted}"\n  address: "{quoted}"\n',
        )
        append(
            coop / LEDGER,
            f'\n2026-05-20 * "{quoted}" "{quoted}"\n  vat: "0%"\n  Income:Omzet  -50.00 EUR\n  Assets:Bank\n'
            f'\n2026-05-21 * "{quoted}" "pot"\n  reason: "{quoted}"\n'
            "  Liabilities:Spaarpot  1.00 EUR\n  Assets:Bank\n",
        )
        approval = f'\n2026-05-01 custom "approval" "amina" "{quoted}" 300.00 EUR\n  by: "{quoted}"\n'
        append(coop / REGISTER, approval)
        pack = (coop / PACK).read_text()
        pack = pack.replace('target = "start_capital"', 'target = "start_capital"\napproval = true')
        basic = quoted.replace("\n", " ")
        pack = pack.replace('label = "coop"', f'label = "{basic}"')
        pack = re.sub(r'title = "[^"]*"', lambda _: f'title = "{basic}"', pack, count=1)
        pack = re.sub(r'\nref = "[^"]*"', lambda _: f'\nref = "{basic}"', pack)
        (coop / PACK).write_text(pack)
        register = (coop / REGISTER).read_text()
        register = re.sub(r'option "title" "[^"]*"', lambda _: f'option "title" "{quoted}"', register)
        (coop / REGISTER).write_text(register)
        return coop

    return laid


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(text: str, hostile_coop: Callable[[str], Path], quick: Run) -> None:
    coop = hostile_coop(text)
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    # Where a line ends is the typesetter's choice; what is in it is not.
    wanted = re.sub(r"\s+", "", text)
    for form in ("pdf", "html", "txt"):
        done = quick("statements", MONTH, "--format", form, "--coop", str(coop))
        assert (done.status, done.err) == (0, ""), done.err
        for kind, least in (
            ("member/amina", 9),
            ("municipality/amina", 2),
            ("year/amina", 1),
            ("coop/overview", 2),
        ):
            found = re.sub(r"[\s\xad]+", "", text_of(coop / f"statements/{MONTH}/{kind}.{form}"))
            assert found.count(wanted) >= least, (form, kind, found)


def test_a_quotation_mark_stays_one(coop: Path, quick: Run) -> None:
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    assert quick("statements", MONTH, "--format", "txt", "--coop", str(coop)).status == 0
    said = text_of(coop / f"statements/{MONTH}/member/amina.txt")
    assert 'die over was na "' in " ".join(said.split())
    assert "&#" not in said


def test_what_steers_a_terminal_or_the_direction_of_writing_is_shown_as_a_mark(
    coop: Path, quick: Run
) -> None:
    text = "a\N{RIGHT-TO-LEFT OVERRIDE}b\N{ZERO WIDTH SPACE}c\x1b[31md"
    append(coop / LEDGER, f'\n2026-05-20 * "{text}" "y"\n  Income:Omzet  -50.00 EUR\n  Assets:Bank\n')
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    for form in ("pdf", "html", "txt"):
        assert quick("statements", MONTH, "--format", form, "--coop", str(coop)).status == 0
        shown = text_of(coop / f"statements/{MONTH}/member/amina.{form}")
        assert "a\ufffdb\ufffdc\ufffd[31md" in shown, (form, shown)


def test_a_name_from_right_to_left_leaves_the_amounts_where_they_are(
    hostile_coop: Callable[[str], Path], quick: Run
) -> None:
    coop = hostile_coop("محمد العربي")
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    for form in ("pdf", "html", "txt"):
        assert quick("statements", MONTH, "--format", form, "--coop", str(coop)).status == 0
    assert "محمد العربي" in text_of(coop / f"statements/{MONTH}/member/amina.html")
    text = (coop / f"statements/{MONTH}/member/amina.txt").read_text("utf-8")
    assert "\N{FIRST STRONG ISOLATE}محمد العربي\N{POP DIRECTIONAL ISOLATE}" in text


# -- templates


@pytest.mark.parametrize("form", ["pdf", "html", "txt"])
def test_the_treasurers_own_template_comes_first(form: str, coop: Path, quick: Run) -> None:
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    (coop / "templates").mkdir()
    (coop / "templates/words.nl.j2").write_text('{% set next_euro = "Nog een euro #1 erbij" %}\n')
    assert quick("statements", MONTH, "--format", form, "--coop", str(coop)).status == 0
    assert "Nog een euro #1 erbij" in text_of(coop / f"statements/{MONTH}/member/amina.{form}")


def test_copies_that_are_older_than_the_program_still_work(coop: Path, quick: Run) -> None:
    """Words that lack the newest, and templates that fetch the words themselves."""
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    assert quick("statements", MONTH, "--format", "txt", "--coop", str(coop)).status == 0
    made = {path: path.read_bytes() for path in (coop / "statements").rglob("*.txt")}
    assert len(made) == 5
    old = Path(shutil.copytree(coop, coop.parent / "old"))
    assert quick("init", "--templates", "--coop", str(old)).status == 0
    for path in (old / "templates").glob("*.j2"):
        lines = path.read_text("utf-8").split("\n")
        if path.name == "words.nl.j2":
            lines = [line.replace(', "keep": "jij houdt"', "") for line in lines if "pot_" not in line]
            lines[1:1] = ['{% set gone_since = "x" %}', '{% set year_title = "Het jaar {year}" %}']
            lines = [line for line in lines if '"Jaaropgave {year}"' not in line]
        elif "doc.page(" in "".join(lines):
            lines[1:1] = ["{% import texts as w %}"]
        path.write_text("\n".join(lines), "utf-8")
    assert quick("statements", MONTH, "--format", "txt", "--coop", str(old)).status == 0
    for path, before in made.items():
        text = (old / path.relative_to(coop)).read_text("utf-8")
        assert (
            text.replace("Het jaar 2026\n=============", "Jaaropgave 2026\n===============")
            == before.decode()
        )
    assert "Het jaar 2026" in (old / f"statements/{MONTH}/year/amina.txt").read_text("utf-8")


BROKEN = {
    "a tag that is not closed": ("member.j2", "{% if view.name %}\nhallo\n", 2),
    "a name that does not exist": ("member.j2", "hallo\n{{ view.naam }}\n", 2),
    "a filter that does not exist": ("year.j2", "{{ view.name|mooi }}\n", 1),
    "a way out of the sandbox": ("coop.j2", "\n\n{{ ''.__class__.__mro__[1].__subclasses__() }}\n", 3),
    "code of the typesetter that is wrong": ("member.j2", '#let x = 1\n#nietbestaand("x")\n', 2),
    "a file of someone else": ("member.j2", '#set document(title: "x")\n#read("/etc/passwd")\n', 2),
    "a package from the network": ("member.j2", '#import "@preview/cetz:0.3.0"\n', 1),
    "a template that is not there": ("cover.j2", '{% include "nergens.j2" %}\n', 1),
    "a sum that cannot be": ("municipality.j2", "a\n{{ 1 / 0 }}\n", 2),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_template_is_named_and_nothing_is_written(case: str, coop: Path, quick: Run) -> None:
    name, text, line = BROKEN[case]
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    (coop / "templates").mkdir()
    (coop / "templates" / name).write_text(text)
    done = quick("statements", MONTH, "--coop", str(coop))
    assert done.status == 1
    assert f"templates/{name}:{line}: Dit sjabloon werkt niet" in done.err
    assert "Er is niets gedaan" in done.err
    assert not list((coop / "statements").rglob("*.*"))


def test_a_template_cannot_be_a_link_to_another_file(coop: Path, tmp_path: Path, quick: Run) -> None:
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    (tmp_path / "geheim").write_text("geheim")
    (coop / "templates").mkdir()
    (coop / "templates/member.j2").symlink_to(tmp_path / "geheim")
    done = quick("statements", MONTH, "--format", "txt", "--coop", str(coop))
    assert done.status == 1
    assert "templates/member.j2:1: Dit sjabloon werkt niet (a template cannot be a link)" in done.err
    assert "geheim" not in done.err


def test_a_template_that_is_no_text(coop: Path, quick: Run) -> None:
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    (coop / "templates").mkdir()
    (coop / "templates/words.nl.j2").write_bytes(b"\xff\xfe")
    done = quick("statements", MONTH, "--format", "txt", "--coop", str(coop))
    assert done.status == 1
    assert "templates/words.nl.j2:1: Dit sjabloon werkt niet" in done.err


# -- what can be wrong


def test_a_ledger_that_changed_since_is_told(coop: Path, quick: Run) -> None:
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    append(coop / LEDGER, '\n2026-05-20 * "x" "y"\n  Income:Omzet  -50.00 EUR\n  Assets:Bank\n')
    done = quick("statements", MONTH, "--coop", str(coop))
    assert done.status == 1
    assert "ledgers/allocations/amina/2026-05.beancount:1: De verdeling van amina in mei 2026" in done.err
    assert not (coop / "statements").exists() or not list((coop / "statements").iterdir())


def test_before_anything_is_allocated(coop: Path, quick: Run) -> None:
    shutil.rmtree(coop / "ledgers/allocations", ignore_errors=True)
    done = quick("statements", "--coop", str(coop))
    assert done.status == 1
    assert "Draai eerst: scharrel allocate" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--for", "iedereen"], "Kies uit: member, municipality, coop, year"),
        (["--format", "doc"], "Kies uit: pdf, html, txt"),
        (["--member", "niemand"], 'geen lid "niemand"'),
        (["--for", "coop", "--member", "amina"], "gaat over alle leden"),
        (["meimaand"], "is geen maand"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, coop: Path, quick: Run) -> None:
    done = quick("statements", *arguments, "--coop", str(coop))
    assert done.status == 2
    assert said in done.err


def test_one_member_alone(example: Path, quick: Run, tmp_path: Path) -> None:
    done = quick(
        "statements", "2026-10", "--member", "henk", "--out", str(tmp_path / "x"), "--coop", str(example)
    )
    assert done.status == 0
    places = sorted(p.relative_to(tmp_path / "x").as_posix() for p in (tmp_path / "x").rglob("*.*"))
    assert places == ["member/henk.pdf", "municipality/henk.pdf", "year/henk.pdf"]


def test_a_folder_that_takes_nothing(coop: Path, quick: Run) -> None:
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    (coop / "statements").write_text("een bestand")
    done = quick("statements", MONTH, "--coop", str(coop))
    assert done.status == 1
    assert "niet te schrijven" in done.err


def test_a_month_without_bookings_and_a_loss(coop: Path, quick: Run) -> None:
    append(coop / LEDGER, '\n2026-08-02 * "klant" "terug"\n  Income:Omzet  80.00 EUR\n  Assets:Bank\n')
    assert quick("allocate", "2026-08", "--coop", str(coop)).status == 0
    for month, said in (
        ("2026-07", "Er zijn deze maand geen boekingen"),
        ("2026-08", "meer terug dan er binnenkwam"),
    ):
        assert quick("statements", month, "--format", "txt", "--coop", str(coop)).status == 0
        assert said in text_of(coop / f"statements/{month}/member/amina.txt")


# -- verify


@pytest.fixture
def stated(coop: Path, quick: Run) -> Callable[[str], Path]:
    def made(form: str) -> Path:
        assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
        assert quick("statements", MONTH, "--format", form, "--coop", str(coop)).status == 0
        return coop / f"statements/{MONTH}/member/amina.{form}"

    return made


@pytest.mark.parametrize("form", ["pdf", "html", "txt"])
def test_a_statement_agrees_until_something_is_booked(
    form: str, stated: Callable[[str], Path], coop: Path, quick: Run
) -> None:
    statement = stated(form)
    done = quick("verify", str(statement), "--coop", str(coop))
    assert (done.status, done.err) == (0, "")
    assert "precies wat de boeken nu zeggen" in done.out
    append(coop / LEDGER, '\n2026-05-20 * "x" "y"\n  Income:Omzet  -50.00 EUR\n  Assets:Bank\n')
    done = quick("verify", str(statement), "--coop", str(coop))
    assert done.status == 1
    assert "Klopt niet" in done.out
    if form != "txt":
        assert "2026-05 came-in" in done.out
        assert "anders geboekt" in done.out


def test_other_rules_are_named_as_the_cause(stated: Callable[[str], Path], coop: Path, quick: Run) -> None:
    statement = stated("pdf")
    pack = (coop / PACK).read_text()
    (coop / PACK).write_text(pack.replace('value = "12%"', 'value = "11%"'))
    assert pack != (coop / PACK).read_text()
    done = quick("verify", str(statement), "--coop", str(coop))
    assert done.status == 1
    assert "2026-05 step coop: hier" in done.out
    assert "De regels zijn veranderd" in done.out


@pytest.mark.parametrize("form", ["html", "txt"])
def test_an_amount_changed_by_hand_is_found(
    form: str, stated: Callable[[str], Path], coop: Path, quick: Run
) -> None:
    statement = stated(form)
    text = statement.read_text("utf-8")
    amount = re.search(r"€\s(\d+),(\d\d)", text)
    assert amount
    statement.write_text(text.replace(amount[0], "€ 9.999,99", 1), "utf-8")
    done = quick("verify", str(statement), "--coop", str(coop))
    assert done.status == 1
    assert "9.999,99" in done.out


def claims(member: str, month: str) -> bytes:
    return f"Controlecode: X (member {month} {member} nl)".encode()


SEAL = (
    '{"kind": "member", "member": "../x", "month": "2026-05", "lang": "nl", "version": "", "packs": {}, '
    '"figures": {}}'
)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"hallo", b"%PDF-1.7\nrommel", b"<!doctype html><p>x", b"\xff\xfe",
        claims("amina", "2026-13"), claims("niemand", "2026-05"), claims("amina", "2019-05"),
        f'<!doctype html><script id="cijfers">{SEAL}</script>'.encode(),
    ],
)  # fmt: skip
def test_what_is_no_statement_is_said_to_be_none(content: bytes, coop: Path, quick: Run) -> None:
    (coop / "bestand").write_bytes(content)
    done = quick("verify", str(coop / "bestand"), "--coop", str(coop))
    assert done.status == 1
    assert "is geen overzicht uit deze boeken" in done.err


def test_a_file_that_is_not_there(coop: Path, quick: Run) -> None:
    done = quick("verify", str(coop / "nergens.pdf"), "--coop", str(coop))
    assert done.status == 2
    assert "nergens.pdf" in done.err


def test_where_nobody_earns_the_statement_is_about_the_reserve(
    example: Path, quick: Run, tmp_path: Path
) -> None:
    """In September 10.71 went to the building; nobody has a next euro or a benefit there."""
    options = ["--member", "winkel", "--format", "txt", "--out", str(tmp_path), "--coop", str(example)]
    made = quick("statements", "2026-09", *options)
    assert made.status == 0, made.err
    text = (tmp_path / "member/winkel.txt").read_text().replace("\xa0", " ")
    assert "De reserve" in text
    assert "Deze maand kwam er € 10,71 bij." in " ".join(text.split())
    assert "De volgende euro" not in text
    assert "uitkering" not in text


def test_statements_of_all_name_the_rules_that_were_used(coop: Path, quick: Run) -> None:
    other = (coop / "rules/vrije-uitloop.toml").read_text().replace('id = "vrije-uitloop"', 'id = "voorstel"')
    (coop / "rules/voorstel.toml").write_text(other)
    assert quick("allocate", "--coop", str(coop)).status == 0
    assert quick("statements", "2026-05", "--format", "txt", "--coop", str(coop)).status == 0
    cover = (coop / "statements/2026-05/municipality/cover.txt").read_text()
    assert "Regels: vrije-uitloop" in cover
    assert "voorstel" not in cover


def test_a_month_that_has_not_ended_is_printed_with_a_warning(coop: Path, quick: Run) -> None:
    now = f"{date.today():%Y-%m}"  # noqa: DTZ011
    for month, told in ((now, True), ("2026-05", False)):
        assert quick("allocate", month, "--coop", str(coop)).status == 0
        done = quick("statements", month, "--format", "txt", "--coop", str(coop))
        assert (done.status, "nog niet voorbij" in done.err) == (0, told)


def test_no_paper_has_an_account_as_programs_write_it_nor_one_of_a_member_a_path(printed: Path) -> None:
    for page in (printed / "txt").rglob("*.txt"):
        text = " ".join(page.read_text("utf-8").split())
        assert not re.search(r"\b(?:Assets|Liabilities|Equity|Income|Expenses):\w", text), page
        assert "ledgers/" not in text, page
        if page.parent.name != "municipality":
            assert not re.search(r"\b20\d\d-\d\d\b", text.partition("Controlecode")[0]), page
    overview = " ".join((printed / "txt/coop/overview.txt").read_text("utf-8").split())
    for said in ("Amina el Idrissi spaarpot 673,28", "reserve voor belasting 3.879,64", "huur 385,00"):
        assert said in overview


def test_the_year_adds_up_before_the_members_eyes(printed: Path) -> None:
    for page in (printed / "txt/member").glob("*.txt"):
        table = page.read_text("utf-8").partition("Dit jaar tot en met")[2].partition("De boekingen")[0]
        shown = re.findall(r"^\D+ (-?[\d.]+,\d\d)", table, re.MULTILINE)
        sums = [amount.replace(".", "").replace(",", ".") for amount in shown]
        came_in, *went = map(Decimal, sums)
        assert went, page
        assert came_in == sum(went), page


def test_an_official_need_not_ask_what_is_left_in_a_pot_how_far_was_driven_or_why_costs_count(
    example: Path, quick: Run, tmp_path: Path
) -> None:
    options = ("--for", "municipality", "--format", "txt", "--out", str(tmp_path), "--coop", str(example))
    assert quick("statements", "2026-03", *options).status == 0
    joao, mila = (
        " ".join((tmp_path / f"municipality/{name}.txt").read_text("utf-8").split())
        for name in ("joao", "mila")
    )
    assert "De laatste maand als deelnemer is maart 2026." in joao
    assert "In de spaarpot van het lid zit op 31 maart 2026 € 1.800,00." in joao
    assert "Voor het lid" in joao  # and not "Voor jou", as the rules have it
    assert re.search(r"Aftrek: Kosten -66,46 Bron: ", joao)
    assert re.search(r"Uren en kilometers .* Kilometers \d+", mila)
