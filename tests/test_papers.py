"""Papers that need no phone call: who they are from, about and to, and what they ask; in one language."""

import csv
import io
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import CONTRACT, REPOSITORY, Once, Run
from test_leaving import append, booked, flat

from scharrel.cli import statements

REGISTER = "ledgers/coop.beancount"
LEDGER = "ledgers/members/bram.beancount"
OWN = """
2026-01-01 custom "cooperative" "hoek"
  name: "Coöperatie De Hoek U.A."
  kvk: "12345678"
  street: "Plein 1"
  postcode: "4811 AA"
  city: "Breda"
  contact: "Ria Smit, 076 555 01 23"
2026-01-01 custom "payee" "municipality"
  name: "Gemeente Breda"
  contact: "Team Inkomen"
  iban: "NL91ABNA0417164300"
  reference: "De Hoek"
  terms: 30
"""


def earned(folder: Path) -> None:
    """Bram, exempt for six months, earned 2,200 in March 2026."""
    shutil.copytree(CONTRACT / "bijstand", folder, dirs_exist_ok=True)
    register = (folder / REGISTER).read_text()
    register = register[: register.index("\n2026-02-01")] + "  born: 1980-05-05\n  exemption_granted: TRUE\n"
    (folder / REGISTER).write_text(register)
    (folder / "ledgers/members/carla.beancount").unlink()
    (folder / LEDGER).write_text(
        'include "../accounts.beancount"\n' + booked("2026-03-10", "Income:Omzet", "-2200.00")
    )


@pytest.fixture
def bram(once: Once, tmp_path: Path) -> Path:
    return once(earned, tmp_path / "coop")


def papers(quick: Run, coop: Path, month: str, *more: str, lang: str = "nl") -> Path:
    """What the month has for the municipality, as text."""
    out = coop.parent / f"{month}-{lang}"
    options = ["--for", "municipality", "--format", "txt", "--lang", lang, "--out", str(out)]
    done = quick("statements", month, *options, *more, "--coop", str(coop))
    assert done.status == 0, done.err
    return out / "municipality"


def test_the_return_says_what_the_register_does_not(bram: Path, quick: Run) -> None:
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    text = (papers(quick, bram, "2026-03") / "bram.txt").read_text("utf-8")
    assert "Aan: niet bekend bij de coöperatie\n" in text
    assert "Cliëntnummer: niet bekend bij de coöperatie\n" in text
    assert "Geboortedatum: 5 mei 1980\n" in text
    assert "Periode: 1 maart 2026 tot en met 31 maart 2026\n" in text


def test_the_return_is_addressed_and_says_what_is_asked(bram: Path, quick: Run) -> None:
    append(bram / REGISTER, '  client_number: "0047"\n' + OWN)
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    made = papers(quick, bram, "2026-03", "--csv", "nl")
    text = flat((made / "bram.txt").read_text("utf-8"))
    for said in (
        "Aan: Gemeente Breda, Team Inkomen", "Van: Coöperatie De Hoek U.A., KvK 12345678, Plein 1, 4811 AA",
        "Cliëntnummer: 0047", "Inkomsten boven de uitkering above. Besluit: test. 513,50",
        "Verreken € 1.401,50 aan inkomsten over maart 2026 met de uitkering.",
        "InkomstenVrijlating exempt. Besluit: test. 285,00", "exempt: 1 van 6 maanden gebruikt (maart 2026)",
        "Noem de controlecode aan de coöperatie.",
    ):  # fmt: skip
        assert said in text
    # Costs of nothing are not there.
    assert "Aftrek" not in text
    assert "Verreken samen € 1.401,50" in flat((made / "cover.txt").read_text("utf-8"))
    sent = json.loads((made / "return.json").read_text("utf-8"))
    assert sent["to"] == ["Gemeente Breda", "Team Inkomen"]
    assert sent["payment"] == {
        "amount": "0.00", "iban": "NL91 ABNA 0417 1643 00", "reference": "De Hoek", "by": "2026-04-30",
    }  # fmt: skip
    assert [(r["client_number"], r["born"], r["offset"]) for r in sent["returns"]] == [
        ("0047", "1980-05-05", "1401.50")
    ]
    english = flat((papers(quick, bram, "2026-03", lang="en") / "bram.txt").read_text("utf-8"))
    assert "Offset €1,401.50 of income over March 2026 against the benefit." in english


def test_a_payment_says_until_when_and_is_not_offset_twice(bram: Path, quick: Run) -> None:
    append(bram / REGISTER, OWN)
    pack = bram / "rules/bijstand.toml"
    text = pack.read_text().replace(
        'settle = "reduction"\nto = "Liabilities:Lid"', 'to = "Liabilities:Gemeente"'
    )
    pack.write_text(text)
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    made = papers(quick, bram, "2026-03")
    said = flat((made / "bram.txt").read_text("utf-8"))
    assert "U krijgt € 1.401,50 van de coöperatie, uiterlijk op 30 april 2026. Verreken dat niet ook" in said
    cover = flat((made / "cover.txt").read_text("utf-8"))
    assert "De coöperatie betaalt u samen € 1.401,50, uiterlijk op 30 april 2026." in cover
    assert "Dat gaat naar NL91 ABNA 0417 1643 00, onder vermelding van: De Hoek." in cover
    paid = '\n2026-04-10 * "Gemeente"\n  Liabilities:Gemeente  {} EUR\n  Assets:Bank\n'
    append(bram / LEDGER, paid.format("1401.49"))
    assert "uiterlijk op 30 april" in flat((papers(quick, bram, "2026-03") / "cover.txt").read_text("utf-8"))
    append(bram / LEDGER, paid.format("0.01").replace("04-10", "04-12"))
    made = papers(quick, bram, "2026-03")
    for name in ("bram", "cover"):
        said = flat((made / f"{name}.txt").read_text("utf-8"))
        assert "€ 1.401,50 aan u overgemaakt, het laatst op 12 april 2026." in said


def test_what_was_is_what_the_earlier_return_said(bram: Path, quick: Run) -> None:
    for command in (["allocate", "2026-04"], ["close", "2026-04"]):
        assert quick(*command, "--coop", str(bram)).status == 0
    before = json.loads((papers(quick, bram, "2026-03") / "return.json").read_text("utf-8"))["returns"][0]
    append(bram / LEDGER, booked("2026-03-20", "Income:Omzet", "1000.00"))
    assert quick("allocate", "2026-05", "--coop", str(bram)).status == 0
    made = papers(quick, bram, "2026-05", "--csv", "nl")
    (now,) = json.loads((made / "return.json").read_text("utf-8"))["returns"]
    (entry,) = now["corrections"]
    after = json.loads((papers(quick, bram, "2026-03") / "return.json").read_text("utf-8"))["returns"][0]
    assert entry["month"] == "2026-03"
    assert {key: before[key] for key in entry["was"]} == entry["was"]
    assert {key: after[key] for key in entry["becomes"]} == entry["becomes"]
    text = flat((made / "bram.txt").read_text("utf-8"))
    assert "TeVerrekenenInkomsten 1.401,50 915,00 -486,50" in text
    assert "verreken € 486,50 minder, of betaal dat terug" in text
    sheet = (made / "opgave.csv").read_bytes()
    assert sheet.startswith(b"\xef\xbb\xbfregel;maand;")
    schema = json.loads((REPOSITORY / "docs/schemas/opgave.json").read_text("utf-8"))
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig")), delimiter=";"))
    assert list(rows[0]) == [field["name"] for field in schema["schema"]["fields"]]
    assert [(r["regel"], r["maand"], r["TeVerrekenenInkomsten"]) for r in rows] == [
        ("opgave", "2026-05", "0,00"), ("was", "2026-03", "1401,50"), ("wordt", "2026-03", "915,00"),
        ("verschil", "2026-03", "-486,50"),
    ]  # fmt: skip


def test_json_has_what_its_schema_says(bram: Path, quick: Run) -> None:
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    sent = json.loads((papers(quick, bram, "2026-03") / "return.json").read_text("utf-8"))
    schema = json.loads((REPOSITORY / "docs/schemas/return.schema.json").read_text("utf-8"))
    assert set(sent) == set(schema["required"]) == set(schema["properties"])
    sums, own = schema["properties"]["returns"]["items"]["allOf"]
    assert sums == {"$ref": "#/$defs/sums"}
    assert set(sent["returns"][0]) == {*own["required"], *schema["$defs"]["sums"]["required"]}


def test_who_is_under_27_is_told_why_nothing_is_exempt(bram: Path, quick: Run) -> None:
    register = bram / REGISTER
    register.write_text(register.read_text().replace("1980-05-05", "2002-05-05"))
    pack = bram / "rules/bijstand.toml"
    pack.write_text(pack.read_text().replace("max_months = 6\n", "max_months = 6\nmin_age = 27\n"))
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    text = flat((papers(quick, bram, "2026-03") / "bram.txt").read_text("utf-8"))
    assert "niet toegepast, want jonger dan 27 jaar (Participatiewet artikel 31 lid 5)." in text


def test_a_zero_says_why_it_is_zero(bram: Path, quick: Run) -> None:
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    quiet = flat((papers(quick, bram, "2026-02") / "bram.txt").read_text("utf-8"))
    assert "Omzet (zonder btw) Er is deze maand niets verdiend. 0,00" in quiet
    assert "InkomstenVrijlating Er zijn deze maand geen inkomsten. 0,00" in quiet
    assert "TeVerrekenenInkomsten Er zijn deze maand geen inkomsten. 0,00" in quiet
    assert "hoogstens" not in quiet  # a limit that limits nothing
    register, pack = bram / REGISTER, bram / "rules/bijstand.toml"
    register.write_text(register.read_text().replace("  exemption_granted: TRUE\n", ""))
    rules = pack.read_text()
    pack.write_text(rules.replace('rate = "100%"\nof', 'rate = "100%"\nabove = 3000.00\nof'))
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    text = flat((papers(quick, bram, "2026-03") / "bram.txt").read_text("utf-8"))
    assert "InkomstenVrijlating 0,00 Er is niets vrijgelaten: bij de coöperatie is geen besluit" in text
    above = "Tot en met € 3.000,00 per maand wordt niets verrekend, en het gaat om € 2.200,00. Besluit: test."
    assert above in text
    start = rules.index('[[step]]\nid = "offset"')
    without = rules[:start] + rules[rules.index('[[step]]\nid = "above"') :]
    pack.write_text(without.replace('kind = "decision"', 'kind = "report"'))
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    text = flat((papers(quick, bram, "2026-03") / "bram.txt").read_text("utf-8"))
    assert "Deze regeling verrekent niets met de uitkering." in text
    assert "Beslis of dit buiten de verrekening mag blijven: above (€ 2.200,00)." in text


def test_an_amount_of_another_date_has_its_own_source(bram: Path, quick: Run) -> None:
    pack = bram / "rules/bijstand.toml"
    later = "value = { single = 1401.50, couple = 2002.13 }"
    text = pack.read_text().replace(later, later + ', source = "norms"')
    pack.write_text(
        text.replace("[param.exempt", '[source.norms]\nkind = "law"\nref = "brief"\n\n[param.exempt')
    )
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    said = flat((papers(quick, bram, "2026-03") / "bram.txt").read_text("utf-8"))
    assert "hoogstens € 1.401,50 per maand (alleenstaand), sinds januari 2026. Wet: brief" in said
    assert "hoogstens € 285,00 per maand, sinds januari 2026. Besluit: test" in said
    pack.write_text(pack.read_text().replace('source = "norms"', 'source = "norm"'))
    assert '"norm"' in quick("check", "--coop", str(bram)).err


def test_a_paper_of_another_day_still_agrees(bram: Path, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    monkeypatch.setattr(statements, "today", lambda: date(2026, 4, 2))
    made = papers(quick, bram, "2026-03")
    monkeypatch.undo()
    assert "Opgemaakt op: 2 april 2026\n" in (made / "bram.txt").read_text("utf-8")
    assert quick("verify", str(made / "bram.txt"), "--coop", str(bram)).status == 0
    text = (made / "bram.txt").read_text("utf-8")
    (made / "bram.txt").write_text(text.replace("Opgemaakt op: 2 april", "Opgemaakt op: 1 april"), "utf-8")
    assert quick("verify", str(made / "bram.txt"), "--coop", str(bram)).status == 1


def test_a_client_number_changes_no_closed_month(bram: Path, quick: Run) -> None:
    for command in (["allocate", "2026-03"], ["close", "2026-03"]):
        assert quick(*command, "--coop", str(bram)).status == 0
    register = (bram / REGISTER).read_text()
    (bram / REGISTER).write_text(register.replace("  born:", '  client_number: "0047"\n  born:'))
    assert quick("audit", "--coop", str(bram)).status == 0


def test_the_members_statement_has_words_for_people(bram: Path, quick: Run) -> None:
    chart = bram / "ledgers/accounts.beancount"
    line = next(line for line in chart.read_text().splitlines() if " open Income:Omzet " in line)
    chart.write_text(chart.read_text().replace(line, f'{line}\n  label_nl: "werk"\n  label_en: "my work"'))
    pack = bram / "rules/bijstand.toml"
    pack.write_text(pack.read_text().replace('ref = "test"', 'ref = "proef"\nref_en = "trial"'))
    register = bram / REGISTER
    register.write_text(register.read_text().replace("  exemption_granted: TRUE\n", ""))
    assert quick("allocate", "2026-03", "--coop", str(bram)).status == 0
    out = bram.parent / "member"
    options = ["--for", "member", "--format", "txt", "--lang", "en", "--out", str(out), "--coop", str(bram)]
    assert quick("statements", "2026-03", *options).status == 0
    text = flat((out / "member/bram.txt").read_text("utf-8"))
    assert "It holds only when the register says: exemption granted: yes." in text
    assert "Decision: trial." in text
    assert " my work " in text
    for sign in ("sha256", "ledgers/", "TRUE"):
        assert sign not in text


def test_a_name_of_an_account_that_cannot_be(bram: Path, quick: Run) -> None:
    chart = bram / "ledgers/accounts.beancount"
    one = '\n2020-01-01 open Income:{name} EUR\n  role: "turnover"\n  label_nl: "werk"\n'
    wrong = '  label_en: TRUE\n  label_de: "x"\n'
    append(chart, one.format(name="Werk") + one.format(name="Nog") + wrong)
    found = json.loads(quick("check", "--json", "--coop", str(bram)).out)["problems"]
    assert {"label-again", "label-text", "label-key"} <= {problem["code"] for problem in found}
