"""Rules in sentences: everything of a pack is said, and a difference between two is never passed over.

What the shipped packs read like is kept in tests/golden; `make golden` writes it anew.
"""

import os
import re
from datetime import date
from pathlib import Path

import pytest
from conftest import REPOSITORY, SHIPPED, Run, takes_seconds
from test_statements import text_of

from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.ledger.chart import read_chart
from scharrel.packs.packs import _STEP_KEYS, read_pack
from scharrel.store.paths import Coop
from scharrel.text.accounts import account_labels
from scharrel.text.rules.differences import Edition, differences
from scharrel.text.rules.pack import tell_pack
from scharrel.text.words import Words

GOLDEN = Path(__file__).parent / "golden"
EVERYTHING = GOLDEN / "everything.toml"
PROJECT = GOLDEN / "project.toml"
ABOVE = GOLDEN / "subcooperative.toml"
MONTH = Month(2026, 11)
PACKS = (
    "bijstand", "bijstand-2027", "kasstelsel", "lucas", "ons", "parttime-ondernemen", "teamopdracht",
    "vrije-uitloop", "weggeefwinkel", "wijkproject",
)  # fmt: skip
CHART, _ = read_chart(Coop(REPOSITORY))

COMMANDS = {
    **{f"{pack}.{lang}": ["show", pack, "--lang", lang] for pack in PACKS for lang in ("nl", "en")},
    **{f"everything.{lang}": ["show", str(EVERYTHING), "--lang", lang] for lang in ("nl", "en")},
    **{f"project.{lang}": ["show", str(PROJECT), "--lang", lang] for lang in ("nl", "en")},
    **{f"subcooperative.{lang}": ["show", str(ABOVE), "--lang", lang] for lang in ("nl", "en")},
    "diff-months.nl": ["diff", "vrije-uitloop@2025-12", "vrije-uitloop@2026-07", "--lang", "nl"],
    "diff-packs.en": ["diff", "lucas@2026-11", "weggeefwinkel@2026-11", "--lang", "en"],
}


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", COMMANDS)
def test_it_reads_as_it_did(name: str, quick: Run) -> None:
    month = ["--month", str(MONTH)] if COMMANDS[name][0] == "show" else []
    done = quick("rules", *COMMANDS[name], *month, "--coop", str(REPOSITORY))
    assert (done.status, done.err) == (0, "")
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(done.out, "utf-8")
    assert done.out == path.read_text("utf-8")
    assert max(len(line) for line in done.out.splitlines() if " https://" not in line) <= 80


# -- nothing of a pack is left out


def pack_from(text: str) -> Pack | None:
    pack, problems = read_pack(text.encode(), "everything.toml", None, CHART)
    return None if problems else pack


def told(pack: Pack) -> object:
    return tell_pack(Words("nl"), pack, MONTH, proposed=True)


def variants(text: str) -> list[tuple[str, str]]:
    """The pack with one line gone, one number higher or one word turned round, and what that was."""
    lines = text.split("\n")
    found = []
    for nth, line in enumerate(lines):
        if not line or line.startswith(("#", "[")):
            continue
        found.append((f"{nth + 1} gone: {line}", [*lines[:nth], *lines[nth + 1 :]]))
        for number in re.finditer(r"\d+", line):
            higher = line[: number.start()] + str(int(number[0]) + 1) + line[number.end() :]
            found.append((f"{nth + 1}: {higher}", [*lines[:nth], higher, *lines[nth + 1 :]]))
    return [(what, "\n".join(changed)) for what, changed in found]


def test_the_pack_of_everything_uses_every_word() -> None:
    texts = EVERYTHING.read_text("utf-8") + PROJECT.read_text("utf-8")
    words = set(re.findall(r"^(\w+) =", texts, re.M))
    assert words >= _STEP_KEYS - {"all"}  # that closes the shipped packs


@pytest.mark.parametrize(
    ("path", "least"),
    [pytest.param(EVERYTHING, 90, marks=takes_seconds), (PROJECT, 12), (ABOVE, 12)],
    ids=lambda it: str(it)[-20:],
)
def test_every_line_of_a_pack_is_said_and_no_change_of_one_is_passed_over(path: Path, least: int) -> None:
    text = path.read_text("utf-8")
    pack = pack_from(text)
    assert pack
    tried = 0
    for what, changed in variants(text):
        other = pack_from(changed)
        if other is None:  # then the reader of packs told it
            continue
        tried += 1
        assert told(other) != told(pack), what
        for lang in ("nl", "en"):
            assert differences(Words(lang), Edition(pack, MONTH), Edition(other, MONTH)), what
            assert differences(Words(lang), Edition(other, MONTH), Edition(pack, MONTH)), what
    assert tried > least


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('of = "after.costs"', 'of = "after.study"'),
        ('when = "granted"', 'when = "refused"'),
        ('when = "granted"', "when = { granted = false }"),
        ('not_with = "share"', 'not_with = "zone"'),  # both are called "Deel"
        ('to = "Liabilities:Spaarpot"', 'to = "Liabilities:Opleiding"'),
        ('party = "tax"', 'party = "coop"'),
        ('input = "study"\nparty = "community"', 'input = "study"\nparty = "member"'),
        ('share = true\nby = "hours"', "all = true"),
        ('counts = ["elsewhere", "hours"]', 'counts = ["elsewhere"]'),
        ('target = 1500.00\napproval = true\nto = "Lia', 'target = "later"\napproval = true\nto = "Lia'),
        ("couple = 2050.00", "single-parent = 2050.00"),
        ('source = "law"\nby = "household"', 'source = "report"\nby = "household"'),
        ('item = "4"', 'item = "agendapunt 4"'),
        ("{ for = 11,", "{ for = 10,"),
    ],
)
def test_a_change_is_told_in_both_directions(old: str, new: str) -> None:
    text = EVERYTHING.read_text("utf-8")
    assert old in text
    was, becomes = pack_from(text), pack_from(text.replace(old, new, 1))
    assert was
    assert becomes
    for a, b in ((was, becomes), (becomes, was)):
        assert differences(Words("nl"), Edition(a, MONTH), Edition(b, MONTH))


# -- what a reader sees


def proposal(tmp_path: Path, *changes: tuple[str, str]) -> str:
    """De Vrije Uitloop with these changes, in a file of its own."""
    text = (REPOSITORY / "rules/vrije-uitloop.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "voorstel.toml"
    path.write_text(text, "utf-8")
    return str(path)


def shown(quick: Run, *arguments: str) -> str:
    """What `rules ARGUMENTS` prints on the example, its lines joined."""
    done = quick("rules", *arguments, "--coop", str(REPOSITORY))
    assert (done.status, done.err) == (0, "")
    return re.sub(r"\s+", " ", done.out)


def test_a_figure_that_changes_later_is_announced(quick: Run) -> None:
    text = shown(quick, "show", "vrije-uitloop", "--month", "2025-11")
    assert "10% geldt sinds 1 januari 2025. Vanaf 1 juli 2026 wordt dat 12%." in text
    assert "Vanaf" not in shown(quick, "show", "vrije-uitloop", "--month", "2026-07").partition("1. ")[2]


def test_a_decision_is_told_with_its_meeting_item_and_votes_everywhere(quick: Run) -> None:
    decision = "Ledenvergadering van 10 juni 2026, punt 3. 8 voor, 2 tegen, 1 onthouding."
    assert f"3. Besluit: {decision}" in shown(quick, "show", "vrije-uitloop")
    explained = quick("explain", "fatma", "2026-10", "coop", "--coop", str(REPOSITORY)).out
    assert decision in re.sub(r"\s+", " ", explained)
    as_json = quick("explain", "fatma", "2026-10", "coop", "--json", "--coop", str(REPOSITORY)).out
    assert '"source_date": "2024-12-11"' in as_json
    assert '"source_item": "5"' in as_json


def test_without_a_month_it_is_this_one_or_the_nearest_in_force(tmp_path: Path, quick: Run) -> None:
    dutch = Words("nl")
    assert dutch.month(Month.of(date.today())) in shown(quick, "show", "ons")  # noqa: DTZ011
    ended = proposal(tmp_path, ("valid_from", "valid_until = 2025-03-31\nvalid_from"))
    assert "in maart 2025." in shown(quick, "show", ended)
    ahead = proposal(tmp_path, ("valid_from = 2025-01-01", "valid_from = 2098-04-01"))
    assert "in april 2098." in shown(quick, "show", ahead)


def test_a_month_without_values_is_said_not_crashed_on(quick: Run) -> None:
    text = shown(quick, "show", "vrije-uitloop", "--month", "2024-02")
    assert "Let op: in februari 2024 gelden deze regels niet." in text
    assert "gaat een percentage dat nog niet vaststaat naar de belasting" in text
    assert "Percentage: in februari 2024 staat dit nog niet vast. Vanaf 1 januari 2025 is dat 15%." in text


def test_only_a_proposal_is_called_one(tmp_path: Path, quick: Run) -> None:
    said = "Dit is een voorstel."
    assert said not in shown(quick, "show", "vrije-uitloop")
    assert said not in shown(quick, "show", str(REPOSITORY / "rules/vrije-uitloop.toml"))
    assert said in shown(quick, "show", proposal(tmp_path, ('value = "40%"', 'value = "45%"')))


def test_what_changes_is_told_and_nothing_else(tmp_path: Path, quick: Run) -> None:
    changed = proposal(
        tmp_path,
        ('{ from = 2026-07-01, value = "12%" }', '{ from = 2026-07-01, value = "11%" }'),
        ('target = "start_capital"\n', ""),
    )
    done = quick("rules", "diff", "vrije-uitloop@2026-11", f"{changed}@2026-11", "--coop", str(REPOSITORY))
    assert (done.status, done.err) == (0, "")
    assert done.out.split("\n", 3)[3].strip() == "\n".join(
        [
            "5. Deel voor de coöperatie",
            '   was:   Van wat over is na "Afschrijving" gaat 12% naar de coöperatie.',
            '   wordt: Van wat over is na "Afschrijving" gaat 11% naar de coöperatie.',
            "   was:   Percentage vanaf 1 juli 2026: 12%.",
            "   wordt: Percentage vanaf 1 juli 2026: 11%.",
            "",
            "6. Jouw spaarpot (thermometer)",
            "   weg:   Dit stopt als er €\xa01.800,00 gespaard is. Gaat er geld uit, dan kan er",
            "          weer geld bij.",
            "   weg:   Doel vanaf 1 januari 2025: €\xa01.500,00.",
            "   weg:   Doel vanaf 1 januari 2026: €\xa01.800,00.",
            "   weg:   Doel rust op een besluit: Ledenvergadering van 11 december 2024, punt",
            "          5.",
        ]
    )


def test_steps_that_are_new_gone_or_moved(tmp_path: Path, quick: Run) -> None:
    text = (REPOSITORY / "rules/vrije-uitloop.toml").read_text("utf-8")
    head, *steps = re.split(r"\n(?=\[\[step\]\])", text)
    costs, _study, depreciation, *others = steps
    fund = (
        depreciation.replace('"depreciation"', '"fund"', 1)
        .replace('{ nl = "Afschrijving", en = "Depreciation" }', '"Fonds"')
        .replace('input = "depreciation"\ncarry = true', 'amount = 5.00\nto = "Liabilities:Buurt"')
        .replace('"supplier"', '"community"')
    )
    path = tmp_path / "voorstel.toml"
    path.write_text("\n".join([head, depreciation, costs, fund, *others]), "utf-8")
    changes = shown(quick, "diff", "vrije-uitloop", str(path))
    assert '1. Afschrijving was: Deze stap komt na "Studie". wordt: Deze stap komt het eerst.' in changes
    assert (
        'Nieuwe stap: Fonds Elke maand gaat er € 5,00 naar de buurt. Deze stap komt na "Kosten".' in changes
    )
    assert "Vervalt: Studie" in changes
    assert "Kosten was:" not in changes


def test_the_same_rules_differ_in_nothing(tmp_path: Path, quick: Run) -> None:
    commented = proposal(tmp_path, ("[pack]", "# alleen een opmerking\n[pack]"))
    assert shown(quick, "diff", "vrije-uitloop", commented).endswith("Er verandert niets. ")
    assert "Nothing changes." in shown(quick, "diff", "ons@2025-01", "ons@2026-10", "--lang", "en")


# -- the handout


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("path", [EVERYTHING, *SHIPPED], ids=lambda p: p.stem)
def test_every_format_says_it_all(path: Path, lang: str, tmp_path: Path, quick: Run) -> None:
    pack = pack_from(path.read_text("utf-8"))
    assert pack
    called = account_labels(Words(lang), CHART)
    told = tell_pack(Words(lang), pack, MONTH, proposed=path == EVERYTHING, called=called)
    said = [said for part in (told.about, *(step.said for step in told.steps)) for said in part]
    texts = [told.title, *told.notes, *told.accepted, *told.sources]
    texts += [text for one in said for text in (one.text, *one.rows)]
    texts += [text for step in told.steps for text in (step.label, *step.grounds)]
    for form in ("pdf", "html", "txt"):
        out = tmp_path / f"regels.{form}"
        shown(quick, "show", str(path), "--month", str(MONTH), "--lang", lang, "--out", str(out))
        found = re.sub(r"[\s\xad-]", "", text_of(out))  # where a line ends is the typesetter's choice
        for text in texts:
            assert re.sub(r"[\s-]", "", text) in found, (form, text)


def test_the_same_rules_give_the_same_handout(tmp_path: Path, quick: Run) -> None:
    for form in ("pdf", "html", "txt"):
        for nth in (1, 2):
            shown(quick, "show", "bijstand", "--format", form, "--out", str(tmp_path / f"{nth}"))
        assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_text_of_a_pack_stays_text(tmp_path: Path, quick: Run) -> None:
    hostile = '#panic("x") <script>alert(1)</script> {{ 7*7 }} [red]rood[/red] \\u202e \\u001b[31m'
    quoted = hostile.replace('"', '\\"')
    changed = proposal(
        tmp_path,
        ('title = "De Vrije Uitloop"', f'title = "{quoted}"'),
        ('{ nl = "Kosten", en = "Costs" }', f'"{quoted}"'),
        ('ref = "Ledenvergadering"\nref_en', f'ref = "{quoted}"\nref_en'),
        ('item = "5"', f'item = "{quoted}"'),
        ('quote = "Het', f'quote = "{quoted} Het'),
    )
    wanted = re.sub(r"\s", "", hostile.replace("\\u202e", "\ufffd").replace("\\u001b", "\ufffd"))
    for form in ("pdf", "html", "txt"):
        out = tmp_path / f"regels.{form}"
        assert quick("rules", "show", changed, "--out", str(out), "--coop", str(REPOSITORY)).status == 0
        assert re.sub(r"[\s\xad]", "", text_of(out)).count(wanted) >= 5, form
    for command in (["show", changed], ["diff", "vrije-uitloop", changed]):
        done = quick("rules", *command, "--coop", str(REPOSITORY))
        assert wanted in re.sub(r"\s", "", done.out)
        assert "\x1b" not in done.out


# -- mistakes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "vrije-uitlop"], "Kies uit: bijstand, bijstand-2027, buurtcatering"),
        (["show", "ons", "--month", "nooit"], "geen maand"),
        (["show", "ons", "--month", "9999-01"], "toekomst"),
        (["show", "ons", "--format", "pdf"], "--out regels.pdf"),
        (["show", "ons", "--format", "docx", "--out", "x.docx"], "Kies uit: pdf, html, txt"),
        (["show", "ons", "--out", "regels"], "Kies uit: pdf, html, txt"),
        (["diff", "ons"], "Hier ontbreekt B"),
        (["diff", "ons@", "ons"], "geen maand"),
        (["diff", "@2026-01", "ons"], "Er zijn geen regels"),
        (["diff", "ons", "onz@2026-01"], "Er zijn geen regels"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, tmp_path: Path, quick: Run) -> None:
    done = quick("rules", *arguments, "--coop", str(REPOSITORY))
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_proposal_that_is_wrong_is_told_with_its_line(tmp_path: Path, quick: Run) -> None:
    wrong = proposal(tmp_path, ('rate = "tax_reserve"', 'rate = "taks_reserve"'))
    for command in (["show", wrong], ["diff", "ons", wrong], ["show", str(tmp_path / "niets.toml")]):
        done = quick("rules", *command, "--coop", str(REPOSITORY))
        missing = command[1].endswith("niets.toml")
        assert (done.status, done.out) == (2 if missing else 1, "")
        assert re.match(r"voorstel\.toml:\d+: |.*/niets\.toml is niet te openen", done.err)


def test_a_handout_that_cannot_be_written_is_told(tmp_path: Path, quick: Run) -> None:
    done = quick("rules", "show", "ons", "--format", "txt", "--out", str(tmp_path), "--coop", str(REPOSITORY))
    assert done.status == 1
    assert "niet te schrijven" in done.err
