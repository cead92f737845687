"""Whatever people are called is on paper, or a mark that is told with its line; nobody loses a document."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run, some
from pypdf import PdfReader

from scharrel.text.fonts import FAMILIES, LACKING, everyday, on_paper

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
PACK = "rules/vrije-uitloop.toml"
MONTH = "2026-05"

NAMES = [
    "ሰላማዊት ተስፋይ", "محمد الإدريسي", "فاطمه ژاله گل‌ناز", "ڈاکٹر شازیہ", "ڕێبوار", "דוד כהן",
    "Олександр Їжак", "Ελένη Γεωργίου", "Արամ Խաչատրյան", "ნინო", "श्रीनिवास", "தமிழ்செல்வி", "বাংলা ক্ষমা",
    "ਗੁਰਪ੍ਰੀਤ", "ગુજરાતી", "తెలుగు", "ಕನ್ನಡ", "മലയാളം", "ଓଡ଼ିଆ", "ශ්‍රී ලංකා", "สมชาย น้ำ", "ສົມພອນ", "မြန်မာ",
    "ភាសាខ្មែរ", "修理自行车", "山田 ひろし カナ", "김민준", "Nguyễn Thị Ánh", "Ẹ̀kọ́", "Łukasz Dvořák", "x\u0301q\u0323\u0308",
    "🚲😀❤️", "👩🏽\u200d🌾👨\u200d👩\u200d👧", "🇳🇱🇸🇾", "1️⃣", "𝓜𝓪𝓻𝓲𝓪", "♿☎★✓½№₴", "葛\U000e0100",
]  # fmt: skip
"""What the fonts have."""

LACKED = {
    "Berber": "ⴰⵎⴰⵣⵉⵖ", "Syriac": "ܣܘܪܝܝܐ", "Tibetan": "བོད", "private use": "\ue000\U000f0000", "not given out": "\u0378",
    "no character": "\ufffe", "a lone control": "a\x85b", "a byte order mark": "a\ufeffb",
    "a mark on a letter that no font has it on": "ⴰ\u0301", "a steering mark": "a\u202eb",
}  # fmt: skip


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def paper(path: Path) -> str:
    return " ".join(page.extract_text() for page in PdfReader(path).pages)


@pytest.fixture
def called(coop: Path) -> Callable[[str], list[str]]:
    """The text wherever people write one; the lines on which it stands."""

    def laid(text: str) -> list[str]:
        append(
            coop / REGISTER, f'\n2026-05-01 custom "member" "amina"\n  name: "{text}"\n  address: "{text}"\n'
        )
        append(
            coop / REGISTER, '\n2026-01-01 custom "member" "bram"\n  name: "Bram"\n  rules: "vrije-uitloop"\n'
        )
        (coop / "ledgers/members/bram.beancount").write_text(
            'include "../accounts.beancount"\n\n2026-05-20 * "x" "y"\n  Income:Omzet  -77.00 EUR\n  Assets:Bank\n'
        )
        append(
            coop / LEDGER,
            f'\n2026-05-20 * "{text}" "{text}"\n  vat: "exempt"\n  Income:Omzet  -50.00 EUR\n  Assets:Bank\n'
            f'\n2026-05-21 * "x" "pot"\n  reason: "{text}"\n  Liabilities:Spaarpot  1.00 EUR\n  Assets:Bank\n',
        )
        pack = (coop / PACK).read_text().replace('label = "coop"', f'label = "{text}"')
        pack = re.sub(r'title = "[^"]*"', f'title = "{text}"', pack, count=1)
        pack = re.sub(r'\nref = "[^"]*"', f'\nref = "{text}"', pack)
        (coop / PACK).write_text(pack)
        register = re.sub(
            r'option "title" "[^"]*"', f'option "title" "{text}"', (coop / REGISTER).read_text()
        )
        (coop / REGISTER).write_text(register)
        (coop / "templates").mkdir()
        return [
            f"{name}:{number}"
            for name in (LEDGER, REGISTER, PACK)
            for number, line in enumerate((coop / name).read_text().split("\n"), 1)
            if text in line
        ]

    return laid


def made(coop: Path, quick: Run) -> str:
    """Everything that becomes a PDF; what was said of it."""
    said = ""
    for arguments in (
        ("check",), ("allocate", MONTH), ("statements", MONTH), ("explain", "amina", MONTH),
        ("rules", "show", "vrije-uitloop", "--out", "rules.pdf"),
        ("rules", "plot", "vrije-uitloop", "--out", "plot.pdf"),
    ):  # fmt: skip
        done = quick(*arguments, "--coop", str(coop))
        assert done.status == 0, (arguments, done.err)
        said += done.err
    return said


@pytest.mark.parametrize("name", some(NAMES, 6))
def test_whatever_someone_is_called_is_on_paper(
    name: str, called: Callable[[str], list[str]], coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(coop)
    called(name)
    assert made(coop, quick) == ""
    for place in (
        f"statements/{MONTH}/{kind}.pdf" for kind in ("member/amina", "year/amina", "coop/overview")
    ):
        text = paper(coop / place)
        assert LACKING not in text
        # A PDF has letters in the order in which they are drawn: each is there is what can be asked.
        letters = [sign for sign in name if sign.isalpha() or sign > "\u2600"]
        assert any(sign in text for sign in letters), place
    assert LACKING not in paper(coop / "rules.pdf")
    plot = paper(coop / "plot.pdf")
    assert LACKING not in plot or any(
        sign in plot for sign in letters
    )  # what is in the drawing is below it too


def test_all_of_them_are_on_one_statement(coop: Path, quick: Run) -> None:
    for name in NAMES:
        append(
            coop / LEDGER,
            f'\n2026-05-20 * "{name}" "x"\n  vat: "exempt"\n  Income:Omzet  -1.00 EUR\n  Assets:Bank\n',
        )
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    done = quick("statements", MONTH, "--for", "member", "--coop", str(coop))
    assert (done.status, done.err) == (0, "")
    text = paper(coop / f"statements/{MONTH}/member/amina.pdf")
    assert LACKING not in text
    for name in NAMES:
        assert any(sign in text for sign in name if sign.isalpha() or sign > "\u2600"), name


@pytest.mark.parametrize("case", some(list(LACKED), 3))
def test_a_sign_that_no_font_has_is_shown_as_a_mark_and_told_with_its_line(
    case: str, called: Callable[[str], list[str]], coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(coop)
    places = called(LACKED[case])
    said = made(coop, quick)
    for place in (places[0], next(p for p in places if p.startswith(PACK))):
        assert re.search(re.escape(place) + r"\b.*lettertype", said), (place, said)
    for place in ("member/amina", "year/amina", "coop/overview"):
        assert LACKING in paper(coop / f"statements/{MONTH}/{place}.pdf"), place
    assert "590,00" in paper(coop / f"statements/{MONTH}/member/amina.pdf")  # the booking itself counts
    assert "77,00" in paper(coop / f"statements/{MONTH}/member/bram.pdf")
    page = (coop / "rules.pdf").read_bytes()
    assert quick("rules", "show", "vrije-uitloop", "--out", "rules.pdf", "--coop", str(coop)).status == 0
    assert (coop / "rules.pdf").read_bytes() == page


def test_a_sign_in_a_remark_is_on_no_document(coop: Path, quick: Run) -> None:
    append(
        coop / LEDGER,
        '\n; ⴰⵎⴰⵣⵉⵖ "ⴰ\n2026-05-20 * "x; y" "z" ; ⴰ\n  vat: "exempt"\n  Income:Omzet  -50.00 EUR\n  Assets:Bank\n',
    )
    append(coop / PACK, "\n# ⴰⵎⴰⵣⵉⵖ\n")
    done = quick("check", "--coop", str(coop))
    assert (done.status, done.err) == (0, "")


def test_a_sign_behind_a_semicolon_in_quotation_marks_is_told(coop: Path, quick: Run) -> None:
    append(coop / LEDGER, '\n2026-05-20 * "x; ⴰ" "z"\n  Income:Omzet  -50.00 EUR\n  Assets:Bank\n')
    done = quick("check", "--coop", str(coop))
    assert done.status == 0
    assert "U+2D30" in done.err


def test_a_sign_in_a_template_stops_nothing(coop: Path, quick: Run) -> None:
    (coop / "templates").mkdir()
    (coop / "templates/member.j2").write_text(
        "{% import texts as w %}\n{% import macros as doc with context %}\n"
        '{% call doc.page("ⴰ", "x", view.coop, view.month, seal, w) %}\n= ⴰ 修\n{% endcall %}\n'
    )
    assert quick("allocate", MONTH, "--coop", str(coop)).status == 0
    done = quick("statements", MONTH, "--for", "member", "--coop", str(coop))
    assert done.status == 0, done.err
    assert "templates/member.j2:3" in done.err
    assert f"{LACKING} 修" in paper(coop / f"statements/{MONTH}/member/amina.pdf")


def test_signs_that_fonts_have_but_cannot_set_together_still_make_a_document(
    called: Callable[[str], list[str]], coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should the table of a font promise more than it can do."""
    monkeypatch.chdir(coop)
    monkeypatch.setattr("scharrel.statements.pdf.on_paper", lambda text: text)
    called("ⴰⵎⴰⵣⵉⵖ")
    made(coop, quick)
    assert "77,00" in paper(coop / f"statements/{MONTH}/member/bram.pdf")


def test_the_replacement_changes_nothing_else() -> None:
    for text in (*NAMES, *LACKED.values(), '=== \n\t#x; "a\\" 1.234,56 € – ’ é'):
        shown = on_paper(text)
        assert len(shown) == len(text)
        assert all(a == b or b == LACKING for a, b in zip(text, shown, strict=True))
    assert everyday("Één, zoë: € 1 – ’s") == "Één, zoë: € 1 – ’s"
    assert len(set(FAMILIES)) == len(FAMILIES)
