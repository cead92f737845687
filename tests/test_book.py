"""Booking in plain words: nothing is guessed, nothing half written, and what is shown is what stands."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import REPOSITORY, Once, Run, in_process, takes_seconds
from terminal import at_a_terminal
from test_faults import die, failing_at, no_space, snapshot

from scharrel.store.own_ledger import with_booking
from scharrel.text.noted import Noted, noted_lines
from scharrel.text.typed import amounts_meant, days_meant, quantities_meant, rate_meant

LEDGER = "ledgers/members/vera.beancount"
CASH = ("--in", "45", "--from", "mevr Bakker", "--for", "fiets", "--cash", "--date", "2026-10-16")
BOOKED = '2026-10-16 * "mevr Bakker" "fiets"\n  Income:Omzet:Diensten           -45.00 EUR\n  Assets:Kas\n'


def begun(folder: Path) -> None:
    assert in_process("init", str(folder)).status == 0


@pytest.fixture
def start(tmp_path: Path, once: Once) -> Path:
    """A cooperative as `init` lays it down."""
    return once(begun, tmp_path / "start")


def ledger(coop: Path) -> str:
    return (coop / LEDGER).read_bytes().decode()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("45", ["45"]), ("45,00", ["45"]), ("€ 45", ["45"]), ("1.234,50", ["1234.5"]), ("45,-", ["45"]),
        ("1,234.50", ["1234.5"]), ("1.234", ["1234"]), ("-10", ["-10"]), ("38,2 euro", ["38.2"]),
        ("1,234", ["1234", "1.23"]), ("45.000", ["45000", "45"]), ("4.5.6", []), ("veel", []), ("", []),
        ("1 234,50", ["1234.5"]), ("9999999999", []),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_meant_or_asked_back(said: str, meant: list[str]) -> None:
    assert [*amounts_meant(said)] == [Decimal(number) for number in meant]


def test_hours_days_and_rates_likewise() -> None:
    today = date(2026, 11, 28)
    assert [quantities_meant(said) for said in ("1:30", "2,5 uur", "90 min", "23 km")] == [
        (Decimal("1.5"),), (Decimal("2.5"),), (Decimal("1.5"),), (Decimal(23),)
    ]  # fmt: skip
    assert not quantities_meant("20 min")  # no number of hours says that
    for said in ("12-10", "12 oktober", "12 okt.", "12/10/26", "2026-10-12", "october 12"):
        assert days_meant(said, today) == (date(2026, 10, 12),), said
    assert days_meant("gisteren", today) == (date(2026, 11, 27),)
    assert days_meant("vrijdag", today) == (date(2026, 11, 27),)
    assert days_meant("zaterdag", today) == (today, today - timedelta(days=7))  # today is one
    assert days_meant("12-12", today) == (date(2025, 12, 12), date(2026, 12, 12))
    assert not days_meant("30-02", today)
    assert [rate_meant(said) for said in ("21", "9%", "nee", "btw 21%", "hoog")] == [
        Decimal("0.21"), Decimal("0.09"), Decimal(0), Decimal("0.21"), None
    ]  # fmt: skip


def test_a_booking_stands_between_those_of_its_days_and_adds_up(start: Path, quick: Run) -> None:
    before = ledger(start)
    done = quick("book", "vera", *CASH, "--coop", str(start))
    assert (done.status, done.err) == (0, "")
    assert "16 oktober 2026: € 45,00 bij, van mevr Bakker, voor fiets" in " ".join(done.out.split())
    assert "Opgeschreven: ledgers/members/vera.beancount:25" in done.out
    after = ledger(start)
    assert after.replace(BOOKED + "\n", "") == before
    assert after.split("\n")[24] == BOOKED.split("\n", maxsplit=1)[0]
    assert quick("check", "--coop", str(start)).status == 0


def test_what_is_kept_is_what_allocate_says(start: Path, quick: Run) -> None:
    def keep() -> Decimal:
        said = quick("allocate", "2026-10", "--json", "--dry-run", "--coop", str(start)).out
        return Decimal(json.loads(said)["allocations"][-1]["keep"])

    was = keep()
    done = quick("boek", "vera", *CASH, "--json", "--coop", str(start))
    (effect,) = json.loads(done.out)["effects"]
    assert (Decimal(effect["was"]), Decimal(effect["becomes"])) == (was, keep())
    assert json.loads(done.out)["bookings"] == [{"line": 25, "text": BOOKED.rstrip("\n")}]


@pytest.mark.parametrize(
    ("said", "legs"),
    [
        (("--in", "121", "--vat", "21"), ["Income:Omzet:Diensten -100.00 EUR",
            "Liabilities:Btw:Verschuldigd:Hoog -21.00 EUR", "Assets:Bank"]),
        (("--in", "10,01", "--vat", "9"), ["Income:Omzet:Diensten -9.18 EUR",
            "Liabilities:Btw:Verschuldigd:Laag -0.83 EUR", "Assets:Bank"]),
        (("--out", "38,20", "--vat", "21", "--account", "mat"), ["Expenses:Onkosten:Materiaal 31.57 EUR",
            "Liabilities:Btw:Voorbelasting 6.63 EUR", "Assets:Bank"]),
        (("--in", "-10"), ["Income:Omzet:Diensten 10.00 EUR", "Assets:Bank"]),
    ],
)  # fmt: skip
def test_vat_is_split_off_to_the_cent(
    said: tuple[str, ...], legs: list[str], start: Path, quick: Run
) -> None:
    done = quick(
        "book", *said, "--to", "klant", "--for", "werk", "--bank", "--dry-run", "--json", "--coop", str(start)
    )
    (booking,) = json.loads(done.out)["bookings"]
    assert [" ".join(line.split()) for line in booking["text"].split("\n")[1:]] == legs


def test_the_four_of_a_new_member_at_a_terminal(start: Path, quick: Run) -> None:
    member = ("member", "add", "mila", "Mila", "--rules", "parttime-ondernemen", "--from", "2026-09")
    assert quick(*member, "--household", "single", "--coop", str(start)).status == 0
    shown = at_a_terminal(
        ["book", "mila", "--coop", str(start)],
        "b", "45", "mevr Jansen", "fiets", "", "c", "n", "15-10-2026", "",
        "af 38,20 groothandel, banden eigen geld 21% 14-10-2026", "mat", "",
        "23 km", "15-10-2026", "",
        "b", "121", "school", "les", "", "b", "21", "16-10-2026", "",
        "",
    )  # fmt: skip
    assert shown.count("Opgeschreven") == 4
    assert "14 oktober 2026: € 38,20 af, aan groothandel, voor banden" in shown
    assert "23 km gereden" in shown
    booked = (start / "ledgers/members/mila.beancount").read_text()
    assert booked.count("\n2026-10-1") == 4
    assert "  Assets:Kilometers" in booked
    assert "  Equity:Kilometers" in booked
    assert quick("check", "--coop", str(start)).status == 0


def test_a_question_can_be_gone_back_to_and_everything_stopped(start: Path) -> None:
    before = ledger(start)
    command = ["book", "vera", "--coop", str(start)]
    for stop in ("\x03", "\x04", "."):
        answers = [
            "b",
            "1,234",
            "45",
            "-",
            "50",
            "mevr Bakker",
            "fiets",
            "",
            "",
            "?",
            "c",
            "n",
            "vandaag",
            stop,
        ]
        shown = at_a_terminal(command, *answers)
        assert "Dat kan meer zijn: € 1.234,00, € 1,23" in shown
        assert "€ 50,00 bij, van mevr Bakker" in shown
        assert "Kies een van deze." in shown
        assert "Er is niets opgeschreven." in shown
    assert "Niet opgeschreven." in at_a_terminal(command, *answers[:-1], "n", ".")
    assert ledger(start) == before


def test_the_same_again_in_two_keys(start: Path) -> None:
    before = ledger(start)
    shown = at_a_terminal(["book", "vera", "--coop", str(start)], "", "", "")
    assert "nog een keer" in shown
    assert f'{date.today()} * "school" "fietscontrole, vorige maand gedaan"' in ledger(start)  # noqa: DTZ011
    assert len(ledger(start)) > len(before)


def test_the_last_booking_is_taken_back_but_not_from_a_ledger_that_changed(start: Path, quick: Run) -> None:
    before = ledger(start)
    at = ("--coop", str(start))
    assert quick("book", "vera", *CASH, *at).status == 0
    done = quick("book", "--undo", *at)
    assert (done.status, ledger(start)) == (0, before)
    assert '2026-10-16 * "mevr Bakker" "fiets"' in done.out
    assert quick("book", "--undo", *at).status == 1
    assert quick("book", "vera", *CASH, *at).status == 0
    with open(start / LEDGER, "a") as file:
        file.write("; zelf gezien\n")
    changed = ledger(start)
    done = quick("book", "--undo", *at)
    assert (done.status, ledger(start)) == (1, changed)
    assert f"{LEDGER}:1: Dit kasboek is veranderd sinds de laatste boeking." in done.err


@pytest.mark.parametrize("lock", [".~lock.vera.beancount#", ".vera.beancount.swp", "#vera.beancount#"])
def test_a_ledger_that_is_open_in_an_editor_is_left_alone(lock: str, start: Path, quick: Run) -> None:
    before = ledger(start)
    (start / "ledgers/members" / lock).write_text("")
    done = quick("book", "vera", *CASH, "--coop", str(start))
    assert (done.status, ledger(start)) == (1, before)
    assert f"staat open in een ander programma (ledgers/members/{lock})" in done.err


def test_a_ledger_that_changes_while_its_owner_answers_is_not_written_over(start: Path) -> None:
    typed = []

    def meanwhile() -> None:
        typed.append(1)
        if len(typed) == 9:  # the question whether it is right
            with open(start / LEDGER, "a") as file:
                file.write("; in een ander venster\n")

    shown = at_a_terminal(
        ["book", "vera", "--coop", str(start)],
        "b", "45", "mevr Bakker", "fiets", "", "c", "n", "16-10-2026", "", "", ".",
        while_asked=meanwhile,
    )  # fmt: skip
    assert "Dit kasboek veranderde intussen. Er is niets geschreven." in " ".join(shown.split())
    assert shown.count("Opschrijven (Enter: ja, n: nee, -: iets veranderen)?") == 2
    assert ledger(start).endswith("; in een ander venster\n")
    assert BOOKED in ledger(start)


def test_an_error_elsewhere_stops_no_booking_but_is_told(start: Path, quick: Run) -> None:
    text = ledger(start).replace("38.20 EUR", "38,20 EUR")
    (start / LEDGER).write_text(text)
    done = quick("book", "vera", *CASH, "--coop", str(start))
    assert done.status == 0
    assert BOOKED in ledger(start)
    told = " ".join(done.out.split())
    line = ledger(start)[: ledger(start).index("38,20")].count("\n") + 1
    assert f"Wat je houdt, is nu niet uit te rekenen. Eerst moet dit goed zijn, in {LEDGER}:{line}" in told


def test_what_check_would_call_an_error_is_not_written(start: Path, quick: Run) -> None:
    before = ledger(start)
    done = quick("book", "vera", *CASH[:-1], "2026-08-02", "--coop", str(start))
    assert (done.status, ledger(start)) == (2, before)
    assert "Vera Voorbeeld is pas lid vanaf september 2026" in done.err
    counted = before.replace("; Later", "2026-10-17 balance Assets:Kas  45.00 EUR\n\n; Later")
    (start / LEDGER).write_text(counted)
    done = quick("book", "vera", *CASH, "--coop", str(start))
    assert (done.status, ledger(start)) == (1, counted)
    assert re.search(rf"{LEDGER}:29: .*90", done.err)
    with open(start / "ledgers/accounts.beancount", "a") as chart:
        chart.write("2026-10-15 close Assets:Kas\n")
    done = quick("book", "vera", *CASH, "--coop", str(start))
    assert (done.status, done.err) == (2, "Zeg hoe er betaald is: --bank\n")
    (start / "ledgers/coop.beancount").write_text("onzin\n")
    assert quick("book", "vera", *CASH, "--coop", str(start)).status in (1, 2)
    assert ledger(start) == counted


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ("--from", "Zeg van wie of aan wie: --from NAAM"), ("--for", "Zeg waarvoor: --for TEKST"),
        ("--cash", "Zeg hoe er betaald is: --cash, --bank, --own"),
    ],
)  # fmt: skip
def test_a_script_is_told_what_is_lacking(left_out: str, told: str, start: Path, quick: Run) -> None:
    at = CASH.index(left_out)
    rest = CASH[:at] + CASH[at + (1 if left_out == "--cash" else 2) :]
    done = quick("book", "vera", *rest, "--coop", str(start))
    assert (done.status, done.err) == (2, f"{told}\n")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("--in", "1,234"), "--in: Dat kan meer zijn: € 1.234,00, € 1,23"),
        (("--in", "veel"), '--in: "veel" begrijp ik niet'),
        (("--out", "10"), "Zeg waar het bij hoort: --account, met een van deze: materiaal, inkoop"),
        (("--out", "10", "--account", "zeep"), '"zeep" kan hier niet'),
        (("--km", "23"), "rekenen niet met kilometers"), (("--hours", "2"), "rekenen niet met uren"),
        (("--in", "10", "--out", "10"), "Geef één bedrag en één plek"),
        (("--in", "10", "--date", "30-02"), "De dag 30-02 bestaat niet"),
        (("--in", "10", "--vat", "6"), "Een btw-tarief van 6% kan hier niet"),
        (("--in", "10", "--project", "tuin"), '"tuin" is geen project'),
        (("--pot", "10"), "Zeg met welk doel"),
        (("--undo", "--in", "3"), "--undo neemt de laatste boeking terug"),
        (("--cash",), "Zeg wat er was"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_asked_back(said: tuple[str, ...], told: str, start: Path, quick: Run) -> None:
    more = ("--from", "klant", "--for", "werk", "--bank") if said[0] not in ("--undo", "--cash") else ()
    done = quick("book", "vera", *said, *more, "--coop", str(start))
    assert done.status == 2
    assert told in done.err.replace("\xa0", " ")


def test_a_ledger_keeps_its_own_style() -> None:
    entry = ['2026-10-16 * "x"', "    Assets:Kas"]
    crlf = '2026-10-15 * "a"\r\n    Assets:Kas\r\n\r\n2026-10-17 * "b"\r\n    Assets:Kas'
    text, line = with_booking(crlf, entry, date(2026, 10, 16))
    assert (text.count("\r\n"), text.count("\n"), line) == (7, 7, 4)
    text, line = with_booking(crlf, entry, date(2026, 10, 18))
    assert text == crlf + '\r\n\r\n2026-10-16 * "x"\r\n    Assets:Kas\r\n'
    assert line == 7
    unordered = '2026-10-17 * "b"\n  Assets:Kas\n\n2026-10-15 * "a"\n  Assets:Kas\n'
    assert with_booking(unordered, entry, date(2026, 10, 16))[0].startswith(unordered)
    remark = '2026-10-15 * "a"\n  Assets:Kas\n\n; over b\n2026-10-17 * "b"\n  Assets:Kas\n'
    text, line = with_booking(remark, entry, date(2026, 10, 16))
    assert text.replace('2026-10-16 * "x"\n    Assets:Kas\n\n', "") == remark
    assert line == 4


@takes_seconds
def test_whatever_fails_and_wherever_it_is_killed_the_ledger_is_whole(
    start: Path, tmp_path: Path, quick: Run
) -> None:
    before = ledger(start)
    whole = {before, before.replace("; Later betaald", BOOKED + "\n; Later betaald")}
    number = failed = 0
    calls = [""]
    while number <= len(calls):
        number += 1
        coop = Path(shutil.copytree(start, tmp_path / f"fail-{number}"))
        with failing_at(number, no_space) as calls:
            done = quick("book", "vera", *CASH, "--coop", str(coop))
        assert "Traceback" not in done.err
        assert ledger(coop) in whole
        failed += done.status == 1
    assert failed > 5
    for killed in range(1, number):
        coop = Path(shutil.copytree(start, tmp_path / f"killed-{killed}"))
        if not (child := os.fork()):
            with ExitStack() as stack:
                stack.enter_context(failing_at(killed, die))
                in_process("book", "vera", *CASH, "--coop", str(coop))
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
        assert ledger(coop) in whole
        assert quick("book", "vera", *CASH, "--coop", str(coop)).status == 0
        assert BOOKED in ledger(coop)
        assert not [name for name in snapshot(coop) if name.endswith(".new")]


def test_two_at_once_both_stand_there(start: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "scharrel",
        "book",
        "vera",
        *CASH[:-1],
        "2026-10-16",
        "--coop",
        str(start),
    ]
    running = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)
    ]
    assert [one.wait() for one in running] == [0, 0]
    assert len(re.findall("mevr Bakker", ledger(start))) == 2


PAGE = (REPOSITORY / "docs/nl/lijstje.md").read_text("utf-8")


def noted(folder: Path, text: str, name: str = "lijst.txt", encoding: str = "utf-8") -> str:
    (folder / name).write_bytes(text.encode(encoding))
    return str(folder / name)


def test_the_list_on_the_fridge_is_booked_once(start: Path, tmp_path: Path, quick: Run) -> None:
    (block,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    file, at = noted(tmp_path, block), ("--coop", str(start))
    first = quick("inbox", file, "--member", "vera", *at)
    assert (first.status, first.err) == (0, "")
    assert "Regel 3: 14-10 af 38,20 fietsgroothandel, materiaal" in first.out
    after = ledger(start)
    assert re.search(r"Reiskosten +5\.96 EUR\n +Liabilities:Btw:Voorbelasting +0\.54 EUR\n", after)
    assert quick("check", *at).status == 0
    again = quick("inbox", file, *at)
    assert "Alles in lijst.txt staat al in het kasboek." in again.out
    assert "lijst.txt is al eens ingelezen" in again.err
    assert ledger(start) == after
    noted(tmp_path, block + block.split("\n")[0] + "\n27-10 bij -10 mevr Jansen, terug, contant, geen btw\n")
    more = json.loads(quick("inbox", file, "--json", *at).out)
    assert (more["known"], len(more["bookings"])) == (4, 2)  # the same line twice is two bookings
    assert quick("book", "--undo", *at).status == 0
    assert ledger(start) == after


def test_every_word_of_the_page_is_read_so(start: Path, tmp_path: Path, quick: Run) -> None:
    for days in ("12-10", "12 oktober"):
        for money in ("contant", "bank", "eigen geld"):
            for rate in ("btw 21%", "btw 9%", "geen btw"):
                file = noted(tmp_path, f"{days} bij 45 mevr Jansen, fiets nagekeken, {money}, {rate}\n")
                done = quick("inbox", file, "--dry-run", "--coop", str(start))
                assert (done.status, done.err) == (0, "")
                said = " ".join(done.out.split())
                assert (
                    f"voor fiets nagekeken, werk voor klanten, {'' if rate[:4] == 'geen' else 'met'}" in said
                )
                assert f", {money}" in said.partition("werk voor klanten")[2]


def test_a_kind_that_is_named_is_the_account(start: Path, tmp_path: Path, quick: Run) -> None:
    chart = start / "ledgers/accounts.beancount"
    chart.write_text(re.sub(r"(?m)^  label_.*\n", "", chart.read_text()))  # as older ones are
    file = noted(tmp_path, "14-10 af 20 Ben, verzekering, contant, geen btw\n")
    done = quick("inbox", file, "--json", "--coop", str(start))
    assert "Expenses:Onkosten:Verzekering" in done.out, done.err


@pytest.mark.parametrize("day", ["31-11", "31 november", "2026-11-31", "30/2"])
def test_a_day_that_there_is_not_is_what_is_told(day: str, start: Path, tmp_path: Path, quick: Run) -> None:
    done = quick(
        "inbox", noted(tmp_path, f"{day} bij 45 Jan, fiets, contant, geen btw\n"), "--coop", str(start)
    )
    told = f"niet zeker: welke dag (de dag {day} bestaat niet)."
    assert (done.status, told in " ".join(done.err.split())) == (1, True), done.err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_of_a_spreadsheet_is_a_list(encoding: str, start: Path, tmp_path: Path, quick: Run) -> None:
    rows = "Tijdstempel;Datum;Bij of af;Bedrag (€);Van wie?;Waarvoor?;Hoe betaald;Btw\r\n"
    rows += '1;21-10-2026;bij;"1.210,00";café Zoë;cursus;bank;21%\r\n'
    rows += "2;22-10-2026;af;12,10;Gamma;materiaal;contant;21\r\n"
    file = noted(tmp_path, rows, "lijst.csv", encoding)
    done = quick("inbox", file, "--json", "--coop", str(start))
    first, second = (booking["text"] for booking in json.loads(done.out)["bookings"])
    assert '"café Zoë" "cursus"' in first
    assert "-1000.00 EUR" in first
    assert "Expenses:Onkosten:Materiaal      10.00 EUR" in second
    rows = "datum,bij,af,naam,omschrijving,hoe betaald,btw\n2026-10-21,45,,Jan,wiel,contant,geen\n"
    done = quick("inbox", noted(tmp_path, rows), "--json", "--coop", str(start))
    assert '2026-10-21 * "Jan" "wiel"' in json.loads(done.out)["bookings"][0]["text"]


def test_of_a_list_all_is_booked_or_nothing(start: Path, tmp_path: Path, quick: Run) -> None:
    before = ledger(start)
    file = noted(
        tmp_path,
        "12-10 bij 45 mevr Jansen fiets contant geen btw\nboodschappen\n14-10 af 1,234 Gamma\n23 km\n",
    )
    done = quick("inbox", file, "--coop", str(start))
    assert (done.status, ledger(start)) == (1, before)
    assert f"{file}:3: Dit is niet zeker: hoeveel, wat voor soort, contant, bank of eigen geld" in done.err
    assert f"{file}:4: Dit is niet zeker: bij of af" in done.err
    assert "Er is niets opgeschreven." in done.err
    assert quick("inbox", noted(tmp_path, "melk\nbrood\n"), "--coop", str(start)).status == 1
    assert quick("inbox", str(tmp_path / "weg.txt"), "--coop", str(start)).status == 2
    (tmp_path / "lijst.xlsx").write_bytes(b"PK\3\4\0\0")
    assert "Dit is geen tekst." in quick("inbox", str(tmp_path / "lijst.xlsx"), "--coop", str(start)).err
    assert "te lang" in quick("inbox", noted(tmp_path, "12-10 bij 1 x, y\n" * 3000), "--coop", str(start)).err


def test_what_a_list_leaves_open_is_asked(start: Path, tmp_path: Path) -> None:
    file = noted(
        tmp_path,
        "12-10-2026 bij 45 mevr Jansen fiets contant\n14-10-2026 af 38,20 groothandel\nbij 10 Karel wiel kas",
    )
    before = ledger(start)
    command = ["inbox", file, "--coop", str(start)]
    assert "Er is niets opgeschreven." in at_a_terminal(command, "n", "1", "\x04")
    assert ledger(start) == before
    shown = at_a_terminal(command, "21", "-", "n", "mat", "b", "21", "", "", "", "", "")
    assert shown.count("Regel 2: 14-10-2026 af 38,20 groothandel") == 2  # gone back in between
    assert "Deze 3 boekingen opschrijven" in shown
    assert '2026-10-14 * "Karel" "wiel"' in ledger(start)  # the day of the line before
    assert '2026-10-12 * "mevr Jansen" "fiets"\n  Income:Omzet:Diensten           -45.00 EUR' in ledger(start)


@pytest.mark.parametrize(
    ("page", "lang"), [("docs/nl/lid.md", "nl_NL.UTF-8"), ("docs/member.md", "en_GB.UTF-8")]
)
def test_the_talk_on_a_page_goes_like_that(page: str, lang: str, start: Path) -> None:
    (shown,) = re.findall(
        r"```text\n\$ (scharrel book .*?)```", (REPOSITORY / page).read_text("utf-8"), re.DOTALL
    )
    answers = [line.partition("?")[2].strip() for line in shown.split("\n") if "?" in line]
    come = at_a_terminal(["book", "vera", "--coop", str(start)], *answers, ".", lang=lang)
    come = "\n".join(re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in come.split("\n"))
    assert shown.partition("\n")[2] in come


def test_accounts_have_names_and_wrong_ones_are_told(start: Path, quick: Run) -> None:
    at = ("--coop", str(start))
    said = json.loads(quick("accounts", "--json", "--lang", "en", *at).out)["accounts"]
    labels = {row["account"]: (row["label"], row["role"]) for row in said}
    assert labels["Expenses:Onkosten:Materiaal"] == ("materials", "costs")
    assert "werk voor klanten" in quick("accounts", *at).out
    assert max(map(len, quick("accounts", *at).out.split("\n"))) <= 80
    chart = start / "ledgers/accounts.beancount"
    lines = chart.read_text().count("\n")
    with open(chart, "a") as file:
        file.write('2020-01-01 open Assets:Schuur EUR\n  label_nl: "contant"\n  label_fr: "x"\n')
        file.write("2020-01-01 open Assets:Zolder EUR\n  label_en: 12\n")
    found = json.loads(quick("check", "--json", *at).out)["problems"]
    codes = {p["line"] - lines: p["code"] for p in found if p["file"].endswith("accounts.beancount")}
    assert codes == {2: "label-again", 3: "label-key", 5: "label-text"}


def test_whose_ledger_it_is_has_to_be_said_where_there_are_more(start: Path, quick: Run) -> None:
    at = ("--coop", str(start))
    assert quick("book", *CASH, *at, "--dry-run").status == 0
    assert quick("member", "add", "mila", "Mila", "--from", "2026-09", *at).status == 0
    assert quick("book", *CASH, *at).err == "Zeg van wie: scharrel book LID. Er zijn: mila, vera\n"
    assert quick("book", "mila", "--again", *at).err == "Er is nog niets opgeschreven dat nog een keer kan.\n"
    shown = at_a_terminal(["book", *at], "wie", "ver", ".")
    assert 'Er is geen lid "wie". Kies uit: mila, vera' in shown
    assert "mevr" not in quick("book", "vera", "--again", "--dry-run", *at).out


def test_what_someone_types_cannot_steer_a_terminal_or_leave_its_line(start: Path, quick: Run) -> None:
    name = 'x"\n2026-10-17 * "y\x1b[31m\\'
    rest = ("--for", "werk", "--cash", "--date", "2026-10-16", "--coop", str(start))
    assert quick("book", "vera", "--in", "10", "--from", name, *rest).status == 0
    assert '\n2026-10-16 * "x\\" 2026-10-17 * \\"y[31m\\\\" "werk"\n' in ledger(start)
    assert quick("check", "--coop", str(start)).status == 0


def test_a_text_of_several_lines_is_not_torn(start: Path, quick: Run) -> None:
    text = '\n2026-10-28 * "klant" "eerst dit\n2026-10-29 en dan dat\n"\n'
    text += "  Income:Omzet:Diensten  -5.00 EUR\n  Assets:Kas\n"
    with open(start / LEDGER, "a") as file:
        file.write(text)
    before = ledger(start)
    done = quick("book", "vera", *CASH[:-1], "2026-10-28", "--coop", str(start))
    assert done.status == 0
    assert ledger(start) == before + "\n" + BOOKED.replace("10-16", "10-28")


def test_of_a_closed_month_it_is_said_when_the_difference_comes(coop: Path, quick: Run) -> None:
    at = ("--coop", str(coop))
    assert quick("allocate", "2026-02", *at).status == 0
    assert quick("close", "2026-02", *at).status == 0
    sold = ("--in", "45", "--from", "Jan", "--for", "fiets", "--date", "2026-02-03")
    done = quick("book", "amina", *sold, "--bank", *at)
    assert done.status == 0
    told = " ".join(done.out.split())
    assert "De maand februari 2026 is al gesloten: het verschil komt als correctie in maart 2026." in told
    assert "voor fiets, Omzet, bank" in told  # a chart without labels
    assert quick("book", "amina", *sold, "--cash", *at).err == "Zeg hoe er betaald is: --bank\n"


def test_what_a_first_time_user_answers_on_a_narrow_screen_is_understood_or_explained(
    start: Path, quick: Run
) -> None:
    member = ("member", "add", "piet", "Piet de Vries", "--from", "2026-09", "--household", "single")
    assert quick(*member, "--rules", "parttime-ondernemen", "--coop", str(start)).status == 0
    shown = at_a_terminal(
        ["boek", "Piet de Vries", "--coop", str(start)],
        "geld gekregen", "€ 45 euro", "mevrouw Jansen", "fiets", "", "pin", "op mijn eigen rekening",
        "weet ik niet", "ja", "geen", "16-10-2026", "misschien", "-", "15-10-2026", "ja",
        "terug",
        "ik kocht 38,20 bij de groothandel", "banden", "weet ik niet", "1", "bank", "21", "15-10-2026", "",
        "",
        columns=40,
    )  # fmt: skip
    shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "    Income:Omzet:Diensten  -45.00 EUR\n" in shown
    said = " ".join(shown.split())
    for told in (
        "bij: iemand betaalde je. af: je kocht iets voor je werk. uren: zo lang werkte je.",
        "Hoe betaald: contant, bank van de coöperatie, eigen geld?",
        '"pin" is niet zeker.', "Kijk op de bon of de factuur.", "Welk tarief staat op de bon",
        "Wanneer [16-10-2026]? 15-10-2026", "Teruggenomen uit het kasboek van Piet de Vries",
        "Twijfel je, kies dan wat er het meest op lijkt.",
    ):  # fmt: skip
        assert told in said
    assert said.count("Opschrijven (Enter: ja, n: nee, -: iets veranderen)?") == 4
    booked = (start / "ledgers/members/piet.beancount").read_text()
    assert "mevrouw Jansen" not in booked
    assert '2026-10-15 * "de groothandel" "banden"\n  Expenses:Onkosten:Materiaal      31.57 EUR\n' in booked


def test_a_rate_that_there_is_not_is_told_before_it_is_asked(start: Path) -> None:
    line = "bij 45 mevr Bakker, fiets, contant, 6%, vandaag"
    shown = at_a_terminal(["book", "vera", "--coop", str(start)], line, "", ".")
    assert "Een btw-tarief van 6% kan hier niet" in shown.replace("\n", " ")
    assert "Btw in het bedrag" in shown


def test_a_ledger_that_cannot_be_written_is_told_before_anything_is_asked(start: Path) -> None:
    command, lock = ["book", "vera", "--coop", str(start)], start / "ledgers/members/.vera.beancount.swp"
    lock.write_text("")
    assert "staat open in een ander programma" in at_a_terminal(command, status=1).replace("\n  ", " ")
    lock.unlink()
    sold = ("bij 45 mevr Bakker, fiets, contant, geen btw", "", "16-10-2026")
    typed: list[int] = []

    def opened_and_closed() -> None:
        typed.append(1)
        if len(typed) == 4:
            lock.write_text("")
        elif len(typed) == 5:
            lock.unlink()

    shown = at_a_terminal(command, *sold, "", "", "", while_asked=opened_and_closed)
    assert "staat open in een ander programma" in shown.replace("\n  ", " ")
    assert BOOKED in ledger(start)
    (start / LEDGER).write_text('2026-10-16 * "x"\n')
    assert "Zet bovenaan: include" in at_a_terminal(command, status=1).replace("\n  ", " ")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("1  ketting dhr de Boer   €45", ["? 45.00"]),
        ("12 okt 45 mevr Jansen fiets contant", ["2026-10-12 ? 45.00 mevr Jansen · fiets"]),
        ("38,20 bij Gamma pin", ["? 38.20 Gamma"]),
        ("pot verf 12,50 Gamma", ["? 12.50"]),
        ("betaald 45 mevr Jansen", ["? 45.00 mevr Jansen"]),
        ("ik kreeg 45 euro van mevrouw Jansen", ["in 45.00 mevrouw Jansen"]),
        ("12-10 9:15 bij 45 Jansen, fiets", ["2026-10-12 in 45.00 Jansen · fiets"]),
        ("15-10 20 + 25 buurman", ["2026-10-15 ? 20.00", "2026-10-15 ? 25.00"]),
        ("12-10 bij 45 mevr Jansen contant en 14-10 af 38,20 Gamma verf",
            ["2026-10-12 in 45.00 mevr Jansen", "2026-10-14 out 38.20"]),
        ("2x 12,50 band", ["? 12.50/25.00"]), ("12-10 bij 100 plus 21% btw school", ["2026-10-12 in"]),
        ("af 38,20 Gamma, waarvan btw 6,63", ["out 38.20 Gamma"]),
        ("14-10 45 euro mevr Jansen 23 km", ["2026-10-14 ?  mevr Jansen"]),
        ("• 12 okt ✅ 45 euro mevr. Jansen – fiets 🚲", ["2026-10-12 ? 45.00 mevr. Jansen · fiets"]),
        ("– 14 okt: af 38,20 groothandel (banden)", ["2026-10-14 out 38.20 groothandel · banden"]),
        ("1. 10/10 bij 10 Mien, rem", ["2026-10-10 in 10.00 Mien · rem"]),
        ("bij -10 mevr Jansen, terug", ["in -10.00 mevr Jansen · terug"]),
        ("af -20 hema, garen terug", ["out  hema · garen terug"]),
        ("af 20- hema, garen terug", ["out  hema · garen terug"]),
        ("bij 45 mevr Jansen, rok, 20-11 werk 28-10", ["2026-11-20 in 45.00 mevr Jansen · rok"]),
        ("20-11 werk 28-10 bij 45 mevr Jansen rok", ["2026-11-20 in 45.00 mevr Jansen · rok"]),
        ("bij 45 Jan, fiets, 21", ["in 45.00 Jan · fiets"]),
        ("bij 45 jansen fiets van 2019", ["in 45.00"]), ("af Gamma, 1,21", ["out 1.21 Gamma"]),
        ("bij 45 Jose\u0301 🧑\u200d🔧 fiets", ["in 45.00"]),
        ("bij 45 Jan, व्यायाम", ["in 45.00 Jan · व्यायाम"]),
    ],
)  # fmt: skip
def test_a_line_is_read_as_it_is_meant_or_left_to_be_asked(line: str, meant: list[str]) -> None:
    def shown(one: Noted) -> str:
        parties = " · ".join(part for part in (one.who, one.what) if part) if one.split else ""
        days = "/".join(map(str, one.days))
        return " ".join([days, one.kind or "?", "/".join(map(str, one.amounts)), parties]).strip()

    assert [shown(one) for one in noted_lines(line, date(2026, 11, 28))] == meant


def test_a_list_says_when_the_work_was_and_no_rate_of_vat_that_there_is_not(
    start: Path, tmp_path: Path, quick: Run
) -> None:
    file = noted(tmp_path, "10-10 bij 60 school, wiel, contant, geen btw, werk 28-9\n")
    assert "earned: 2026-09-28" in quick("inbox", file, "--json", "--coop", str(start)).out
    for said in ("bij 45 jan, fiets, contant, btw 6%", "af 45 Gamma, materiaal, 10% korting, contant"):
        done = quick("inbox", noted(tmp_path, f"12-10 {said}\n"), "--coop", str(start))
        assert (done.status, "niet zeker: met of zonder btw" in done.err) == (1, True), done.err


def test_a_conversation_on_a_telephone_is_a_list(start: Path, tmp_path: Path, quick: Run) -> None:
    file = noted(
        tmp_path,
        "[12-10-2026 09:15:03] Piet: 12-10 bij 45 mevr Jansen, fiets, contant, geen btw\n"
        "13-10-2026 20:01 - Piet: gisteren af 20 Gamma, materiaal, contant, geen btw\n"
        "14-10-2026 08:22 - Annie: heb je het bonnetje nog?\n",
    )
    done = quick("inbox", file, "--json", "--coop", str(start))
    said = json.loads(done.out)
    assert [one["text"][:10] for one in said["bookings"]] == ["2026-10-12", "2026-10-12"]
    assert said["passed_over"] == [3]
    assert "Regel 3 is geen boeking: heb je het bonnetje nog?" in done.err


def test_a_day_is_certain_only_where_it_is_known_when_it_was_written(
    start: Path, tmp_path: Path, quick: Run
) -> None:
    sold = "bij 45 Jan, fiets, contant, geen btw"
    for day in ("gisteren", "ma", "3 dagen geleden"):
        done = quick("inbox", noted(tmp_path, f"{day} {sold}\n"), "--coop", str(start))
        assert (done.status, "niet zeker: welke dag" in done.err) == (1, True)
    done = quick(
        "inbox", noted(tmp_path, f"Ma 12-10\n{sold}\n\nDi 13-10\n{sold}\n"), "--json", "--coop", str(start)
    )
    assert re.findall(r"2026-10-\d\d", done.out) == ["2026-10-12", "2026-10-13"]


def test_of_a_table_every_row_is_read_told_or_asked(start: Path, tmp_path: Path, quick: Run) -> None:
    sheet = "sep=;\nKasboek oktober;;;;\nDatum;Omschrijving;Ontvangsten;Uitgaven;Wijze;Btw\n"
    sheet += "ma 12-10-2026;Mevr Jansen fiets;€ 45,00;;kas;geen\nTotaal;;45,00;0,00;;\n"
    done = quick("inbox", noted(tmp_path, sheet, "lijst.csv"), "--json", "--coop", str(start))
    (booking,) = json.loads(done.out)["bookings"]
    assert booking["text"].startswith('2026-10-12 * "Mevr Jansen" "fiets"')
    assert json.loads(done.out)["passed_over"] == [5]
    form = (
        '"Tijdstempel","Datum","Kwam er geld bij of ging er geld af?","Hoeveel euro?","Van wie of aan wie?",'
    )
    form += '"Waarvoor?","Hoe is er betaald?","Btw"\n"2026/10/13 9:15:03 p.m. GMT+2","13-10-2026",'
    form += '"Er ging geld af","38,20","groothandel","materiaal","Eigen geld","21%"\n'
    done = quick("inbox", noted(tmp_path, form, "form.csv"), "--json", "--coop", str(start))
    (booking,) = json.loads(done.out)["bookings"]
    assert booking["text"].startswith('2026-10-13 * "groothandel" "materiaal"\n  Expenses:Onkosten:Materiaal')
    done = quick("inbox", noted(tmp_path, "A;B;C\n1;2;3\n", "weg.csv"), "--coop", str(start))
    assert (done.status, "Boven de kolommen staat: A, B, C." in done.err) == (1, True)


def test_a_line_of_a_list_can_be_passed_over(start: Path, tmp_path: Path) -> None:
    file = noted(tmp_path, "12-10 jansen 45\n13-10 bij 20 Karel, wiel, contant, geen btw\n")
    shown = at_a_terminal(["inbox", file, "--coop", str(start)], "/", "")
    assert "Deze boeking opschrijven" in shown
    assert "Karel" in ledger(start)
    assert "jansen 45" not in ledger(start)
