"""The books in the browser: the same words as everywhere, of one member only, and written to in one way."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from datetime import date
from decimal import Decimal
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from conftest import EVERY, REPOSITORY, Once, Run

pytest.importorskip("fava", reason='the page in the browser is an extra: pip install "scharrel[web]"')

from flask import Flask
from flask.testing import FlaskClient

from scharrel.core.month import Month
from scharrel.ledger.books import read_holders
from scharrel.operations.member_month import suppose_earned
from scharrel.operations.opening import open_books
from scharrel.store.paths import find_coop
from scharrel.web.server import application

KEY = "een-sleutel"
HOST = {"Host": "127.0.0.1:5055"}
OURS = {**HOST, "Origin": "http://127.0.0.1:5055"}
LEDGER = "ledgers/members/fatma.beancount"
FILLED = {
    "kind": "in", "amount": "45", "who": "mevr. Jansen", "what": "fiets gemaakt", "money": "cash",
    "account": "Income:Omzet:Diensten", "rate": "21%", "day": "2026-10-20",
}  # fmt: skip
HOLDERS = ("amina", "bram", "chantal", "fatma", "henk", "joao", "linh", "noord", "samira", "winkel")


def example(folder: Path) -> None:
    """The example cooperative, and of what was written only Fatma's."""

    def others(place: str, names: list[str]) -> list[str]:
        written = Path(place).name in ("allocations", "books", "consolidated")
        return [name for name in names if written and name.split(".")[0] != "fatma"]

    for name in ("ledgers", "rules"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=others)


@pytest.fixture
def buurt(tmp_path: Path, once: Once) -> Path:
    """The example cooperative, for a test to change."""
    return once(example, tmp_path / "buurt")


def app_of(coop: Path, holder: str, folder: Path, lang: str = "nl") -> Flask:
    found, register = read_holders(find_coop(coop))
    return application(found, register.title, register.members.get(holder), lang, folder, KEY)


def client_of(coop: Path, holder: str, folder: Path, lang: str = "nl") -> tuple[FlaskClient, str]:
    """A browser, and where the pages are."""
    client = app_of(coop, holder, folder, lang).test_client()
    client.get(f"/?key={KEY}", headers=HOST)
    start = client.get("/", headers=HOST)
    return client, start.headers["Location"].rsplit("/", 1)[0] + "/"


def said(answer: Any) -> str:
    """What stands on a page."""
    text = re.sub(r"<(style|script|svg).*?</\1>|<[^>]*>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(unescape(text).replace("\xa0", " ").split())


@pytest.fixture(scope="module")
def fatma(tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, str]:
    return client_of(REPOSITORY, "fatma", tmp_path_factory.mktemp("fatma"))


def test_the_month_reads_as_explain_tells_it(fatma: tuple[FlaskClient, str], quick: Run) -> None:
    client, base = fatma
    page = said(client.get(base + "month?month=2026-10", headers=HOST))
    told = quick("explain", "fatma", "2026-10", "--all", "--coop", str(REPOSITORY)).out.replace("\xa0", " ")
    steps = re.findall(r"^\d+\. (.*): (€ .*)\n((?:   [^-\n].*\n)+)", told, re.MULTILINE)
    assert len(steps) == 8
    for name, paid, below in steps:
        sentences = re.split(r" (?:Bron|Besluit|Afspraak):", " ".join(below.split()))[0]
        first, *others = re.split(r"(?<=\.) (?=Hieruit)", sentences)  # what a pot is for stands at the pot
        assert f"{name} {paid} {first}" in page
        assert all(other.split(".")[0] in page for other in others)
    assert "Thermometer" in client.get(base + "month?month=2026-10", headers=HOST).get_data(as_text=True)
    kept = 'href="month?lang=en&amp;month=2026-10"'
    assert kept in client.get(base + "month?month=2026-10", headers=HOST).get_data(as_text=True)
    english = client.get(base + "month?month=2026-10&lang=en", headers=HOST)
    assert "From what came in to what you keep" in said(english)
    assert '<html lang="en">' in english.get_data(as_text=True)


def test_a_page_shows_its_member_only(fatma: tuple[FlaskClient, str]) -> None:
    client, base = fatma
    books = open_books(find_coop(REPOSITORY))
    others = [h.name for h in books.holders.values() if h.person and h.id != "fatma"]
    root = base.removesuffix("extension/Scharrel/")
    for path in ("month", "book", "book?kind=in", "../../api/journal", "../../api/ledger_data", ""):
        answer = client.get(
            root + path.removeprefix("../../") if "../" in path else base + path, headers=HOST
        )
        assert answer.status_code == 200, path
        assert not [name for name in others if name in answer.get_data(as_text=True)], path


def test_what_is_not_of_the_book_is_not_shown_nor_obeyed(buurt: Path, tmp_path: Path) -> None:
    program, ledger = tmp_path / "program.py", buurt / LEDGER
    program.write_text(f'open({str(tmp_path / "ran")!r}, "w")\nCONFIG = []\n')
    ledger.write_text(
        f'include "bram.beancount"\nplugin "program"\noption "insert_pythonpath" "True"\n{ledger.read_text()}'
        '\n2026-01-01 custom "fava-extension" "program"\n'
        f'2026-01-01 custom "fava-option" "import-config" "{program}"\n'
        f'2026-01-01 custom "fava-option" "default-file" "{buurt / "ledgers/members/bram.beancount"}"\n'
        '2026-01-01 custom "fava-option" "insert-entry" ".*"\n'
        f'2026-01-01 document Assets:Kas "{buurt / "ledgers/members/bram.beancount"}"\n'
    )
    (ledger.parent / "program.py").write_text(program.read_text())
    client, base = client_of(buurt, "fatma", tmp_path)
    root = base.removesuffix("extension/Scharrel/")
    journal = client.get(root + "api/journal", headers=HOST).get_data(as_text=True)
    assert "Wijkgebouw" in journal
    assert "members/bram" not in journal
    bram = buurt / "ledgers/members/bram.beancount"
    assert client.get(f"{root}api/source?filename={bram}", headers=HOST).status_code == 500
    assert client.get(f"{root}document/?filename={bram}", headers=HOST).status_code == 404
    assert client.get(root + "api/imports", headers=HOST).status_code == 403
    assert not (tmp_path / "ran").exists()
    page = said(client.get(base + "month", headers=HOST))
    assert f"{LEDGER}:2 De opdracht plugin mag hier niet" in page
    assert "kan de maand niet worden verdeeld" in page


def test_what_stands_in_names_is_text(buurt: Path, tmp_path: Path) -> None:
    evil = '<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} " & \u202e'
    register, ledger = buurt / "ledgers/coop.beancount", buurt / LEDGER
    register.write_text(register.read_text().replace("Fatma Yıldız", evil.replace('"', '\\"')))
    ledger.write_text(ledger.read_text().replace('"kostuum vermaakt"', '"' + evil.replace('"', '\\"') + '"'))
    client, base = client_of(buurt, "fatma", tmp_path)
    for path in ("month?month=2026-10", "book", "what_if?month=2026-10&earned=<script>alert(1)</script>"):
        page = client.get(base + path, headers=HOST).get_data(as_text=True)
        assert "<script>alert" not in page, path
        assert "<img" not in page, path
        assert "\u202e" not in page, path
    assert "&lt;script&gt;alert(1)" in client.get(base + "month?month=2026-10", headers=HOST).get_data(
        as_text=True
    )


@pytest.mark.parametrize("earned", ["0", "123.45", "1500"])
def test_what_if_says_what_the_books_would(fatma: tuple[FlaskClient, str], quick: Run, earned: str) -> None:
    client, base = fatma
    more = str(Decimal(earned) - Decimal("289.25"))
    found = quick(
        "what-if", "fatma", f"--turnover={more}", "--month", "2026-10", "--json", "--coop", str(REPOSITORY)
    )
    keep = json.loads(found.out)["keep"]["then"]
    page = said(client.get(f"{base}what_if?month=2026-10&lang=en&earned={earned}", headers=HOST))
    assert f"you keep €{Decimal(keep):,.2f}." in page


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("veel", '"veel" begrijp ik niet'), ("-5", '"-5" begrijp ik niet'), ("1,234", "Dat kan meer zijn")],
)
def test_what_is_no_amount_is_said_and_not_left_out(
    fatma: tuple[FlaskClient, str], typed: str, answer: str
) -> None:
    client, base = fatma
    assert answer in said(client.get(f"{base}what_if?month=2026-10&earned={typed}", headers=HOST))


@pytest.mark.parametrize("holder", HOLDERS)
def test_the_month_stands_on_the_line_that_is_drawn(holder: str) -> None:
    books, month = open_books(find_coop(REPOSITORY)), Month(2026, 10)
    who = books.holders[holder]
    for earned in map(Decimal, ("0", "77.77", "2500")):
        found = suppose_earned(books, who, month, earned, date(2026, 11, 28))
        if not found or not found.curve:
            return
        piece = [piece for piece in found.curve.pieces if piece.start <= earned][-1]
        # Each step is rounded to the cent; the line is not.
        rounded = Fraction(len(found.what.then.steps), 200)
        assert abs(piece.keep_at(Fraction(earned)) - Fraction(found.what.then.keep)) <= rounded, earned


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": ""}, "amount"), ({"amount": "veel"}, "amount"), ({"amount": "1,234"}, "amount"),
        ({"account": "Assets:Kas"}, "account"), ({"money": ""}, "money"), ({"rate": "12%"}, "rate"),
        ({"day": "2026-13-01"}, "day"), ({"day": "12-10-2020"}, "day"), ({"project": "studio"}, "project"),
        ({"money": "invoice"}, "customer"), ({"rate": "vrijgesteld"}, "rate"),
    ],
)  # fmt: skip
def test_what_is_not_filled_in_right_is_told_at_its_place(
    fatma: tuple[FlaskClient, str], changed: dict[str, str], field: str
) -> None:
    client, base = fatma
    answer = client.post(base + "book", data={**FILLED, **changed, "step": "show"}, headers=OURS)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    if field != "project":  # which is no question for money that came in
        assert f'id="{field}-wrong"' in page
    assert 'value="mevr. Jansen"' in page
    assert f'value="{changed.get("amount", "45")}"' in page
    assert f'value="{changed.get("day", "2026-10-20")}"' in page


def test_a_rate_that_there_is_not_is_told_as_in_the_conversation(fatma: tuple[FlaskClient, str]) -> None:
    client, base = fatma
    answer = client.post(base + "book", data={**FILLED, "rate": "12%", "step": "show"}, headers=OURS)
    assert "Een btw-tarief van 12% kan hier niet" in said(answer)


def test_a_day_that_there_is_not_is_told_at_its_place_in_plain_words(fatma: tuple[FlaskClient, str]) -> None:
    client, base = fatma
    answer = client.post(base + "book", data={**FILLED, "day": "31-2", "step": "show"}, headers=OURS)
    assert answer.status_code == 422
    assert "De dag 31-2 bestaat niet." in said(answer)
    field = re.search(r'<input id="day"[^>]*>', answer.get_data(as_text=True))
    assert field
    for part in ('value="31-2"', 'aria-describedby="day-wrong day-hint"', 'aria-invalid="true"', "autofocus"):
        assert part in field[0]


def test_what_a_customer_is_to_be_sent_is_booked_as_the_command_does(
    buurt: Path, tmp_path: Path, quick: Run
) -> None:
    twin = Path(shutil.copytree(buurt, tmp_path / "twin"))
    client, base = client_of(buurt, "fatma", tmp_path)
    form = client.get(base + "book?kind=in", headers=HOST).get_data(as_text=True)
    assert '<option value="buurthuis">Stichting Buurthuis De Hoek</option>' in form
    sold = {**FILLED, "amount": "121", "money": "invoice", "customer": "buurthuis", "step": "show"}
    untaxed = client.post(base + "book", data={**sold, "rate": "0"}, headers=OURS)
    assert "waarom er geen btw is. Kies uit: 21, 9, vrijgesteld" in said(untaxed)
    shown = client.post(base + "book", data=sold, headers=OURS)
    assert "met 21% btw, op rekening" in said(shown)
    assert "stuurt Stichting Buurthuis De Hoek de factuur" in said(shown)
    written = client.post(base + "book", data={**_hidden(shown), "step": "write"}, headers=OURS)
    assert written.status_code == 200
    command = quick(
        "book", "fatma", "--in", "121", "--from", "mevr. Jansen", "--for", "fiets gemaakt", "--invoice",
        "buurthuis", "--vat", "21", "--date", "2026-10-20", "--account", "Diensten", "--coop", str(twin),
    )  # fmt: skip
    assert (command.status, command.err) == (0, "")
    assert (buurt / LEDGER).read_text() == (twin / LEDGER).read_text()


def test_once_more_is_two_taps_and_the_last_can_be_taken_out(buurt: Path, tmp_path: Path) -> None:
    client, base = client_of(buurt, "fatma", tmp_path)
    before = (buurt / LEDGER).read_text()
    page = client.get(base + "book", headers=HOST).get_data(as_text=True)
    assert 'value="undo"' not in page
    link = re.search(r'again" href="(book[^"#]*)', page)
    assert link
    shown = client.get(base + unescape(link[1]), headers=HOST)
    assert "Zo komt het in je kasboek" in said(shown)
    assert (buurt / LEDGER).read_text() == before
    client.post(base + "book", data={**_hidden(shown), "step": "write"}, headers=OURS)
    assert "jurk ingenomen" in (buurt / LEDGER).read_text().replace(before, "")
    assert 'value="undo"' in client.get(base + "book", headers=HOST).get_data(as_text=True)
    client.post(base + "book", data={"step": "undo"}, headers=OURS)
    assert (buurt / LEDGER).read_text() == before


def test_a_booking_is_the_one_that_the_command_writes(buurt: Path, tmp_path: Path, quick: Run) -> None:
    twin = Path(shutil.copytree(buurt, tmp_path / "twin"))
    client, base = client_of(buurt, "fatma", tmp_path)
    before = (buurt / LEDGER).read_text()
    shown = client.post(base + "book", data={**FILLED, "step": "show"}, headers=OURS)
    assert shown.status_code == 200
    assert (buurt / LEDGER).read_text() == before
    assert client.get(
        base + "book", query_string={**FILLED, "step": "write", "was": _was(shown)}, headers=OURS
    )
    assert (buurt / LEDGER).read_text() == before
    done = client.post(base + "book", data={**FILLED, "step": "write", "was": _was(shown)}, headers=OURS)
    assert done.status_code == 200
    command = quick(
        "book", "fatma", "--in", "45", "--from", "mevr. Jansen", "--for", "fiets gemaakt", "--cash",
        "--vat", "21", "--date", "2026-10-20", "--account", "Diensten", "--coop", str(twin),
    )  # fmt: skip
    assert (command.status, command.err) == (0, "")
    assert (buurt / LEDGER).read_text() == (twin / LEDGER).read_text() != before
    kept = re.search(r"Hiervan hou je (€ [\d,]+)", command.out.replace("\xa0", " "))
    assert kept
    assert kept[1] in said(shown)
    assert kept[1] in said(done)
    assert client.post(base + "book", data={"step": "undo"}, headers=OURS).status_code == 200
    assert (buurt / LEDGER).read_text() == before


def test_a_typed_line_is_booked_as_the_inbox_would(buurt: Path, tmp_path: Path, quick: Run) -> None:
    twin = Path(shutil.copytree(buurt, tmp_path / "twin"))
    line = "12-10 bij 45 mevr Jansen fiets contant 21%"
    client, base = client_of(buurt, "fatma", tmp_path)
    shown = client.post(base + "book", data={"step": "line", "line": line}, headers=OURS)
    assert "12 oktober 2026: € 45,00 bij, van mevr Jansen, voor fiets" in said(shown)
    done = client.post(base + "book", data={**_hidden(shown), "step": "write"}, headers=OURS)
    assert done.status_code == 200
    (tmp_path / "list.txt").write_text(line)
    assert quick("inbox", str(tmp_path / "list.txt"), "--member", "fatma", "--coop", str(twin)).status == 0
    assert (buurt / LEDGER).read_text() == (twin / LEDGER).read_text()


@pytest.mark.parametrize(
    ("line", "asked", "filled"),
    [
        ("bij 45 mevr Jansen fiets contant", {"rate"}, {"amount": "45,00", "who": "mevr Jansen"}),
        ("31-2 bij 45 mevr Jansen fiets contant", {"rate", "day"}, {"day": "31-2"}),
        ("af 1,234 Gamma, verf", {"amount", "account", "money", "rate"}, {"amount": "1,234", "who": "Gamma"}),
        ("bij 121 Buurthuis De Hoek les bank 21%", {"who"}, {"who": "Buurthuis", "what": "De Hoek les"}),
    ],
)  # fmt: skip
def test_what_a_typed_line_does_not_say_is_asked(
    fatma: tuple[FlaskClient, str], line: str, asked: set[str], filled: dict[str, str]
) -> None:
    client, base = fatma
    form = client.post(base + "book", data={"step": "line", "line": line}, headers=OURS)
    page = form.get_data(as_text=True)
    assert {*re.findall(r'id="(\w+)-wrong"', page)} == asked
    fields = dict(re.findall(r'id="(\w+)" name="\w+"[^>]*? value="([^"]*)"', page))
    assert fields | filled == fields


def test_a_line_that_is_of_no_kind_is_asked_back_with_the_rest_filled_in(
    fatma: tuple[FlaskClient, str],
) -> None:
    client, base = fatma
    answer = client.post(base + "book", data={"step": "line", "line": "45 <b>jansen"}, headers=OURS)
    page = answer.get_data(as_text=True)
    assert "staat niet wat voor iets het is" in said(answer)
    assert "book?kind=in&amp;lang=nl&amp;who=%3Cb%3Ejansen&amp;amount=45%2C00" in page
    assert "<b>" not in page
    kilometres = client.post(base + "book", data={"step": "line", "line": "23 km"}, headers=OURS)
    assert "kun je nu niet opschrijven" in said(kilometres)


def test_of_two_tabs_the_second_is_told_and_nothing_is_lost(buurt: Path, tmp_path: Path) -> None:
    client, base = client_of(buurt, "fatma", tmp_path)
    second = {**FILLED, "amount": "12,50", "what": "band geplakt"}
    was = [
        _was(client.post(base + "book", data={**f, "step": "show"}, headers=OURS)) for f in (FILLED, second)
    ]
    first = client.post(base + "book", data={**FILLED, "step": "write", "was": was[0]}, headers=OURS)
    assert first.status_code == 200
    told = client.post(base + "book", data={**second, "step": "write", "was": was[1]}, headers=OURS)
    assert told.status_code == 409
    assert "Je kasboek veranderde intussen" in said(told)
    assert "fiets gemaakt" in (ledger := (buurt / LEDGER).read_text())
    assert "band geplakt" not in ledger
    again = client.post(base + "book", data={**second, "step": "write", "was": _was(told)}, headers=OURS)
    assert again.status_code == 200
    assert "fiets gemaakt" in (ledger := (buurt / LEDGER).read_text())
    assert "band geplakt" in ledger
    twice = client.post(base + "book", data={**second, "step": "write", "was": _was(told)}, headers=OURS)
    assert "Het staat in je kasboek" in said(twice)  # a double tap is one booking
    assert (buurt / LEDGER).read_text() == ledger
    (buurt / "ledgers/members/.fatma.beancount.swp").touch()
    shown = client.post(base + "book", data={**FILLED, "step": "show"}, headers=OURS)
    refused = client.post(base + "book", data={**FILLED, "step": "write", "was": _was(shown)}, headers=OURS)
    assert refused.status_code == 409
    assert "staat open in een ander programma" in said(refused)
    assert (buurt / LEDGER).read_text() == ledger


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no size of files")
def test_a_disk_that_is_full_leaves_everything_as_it_was(buurt: Path, tmp_path: Path) -> None:
    import resource

    client, base = client_of(buurt, "fatma", tmp_path)
    shown = client.post(base + "book", data={**FILLED, "step": "show"}, headers=OURS)
    before = _files(buurt)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        refused = client.post(base + "book", data={**_hidden(shown), "step": "write"}, headers=OURS)
        api = base.removesuffix("extension/Scharrel/") + "api/"
        added = client.put(api + "add_entries", json={"entries": [ENTRY]}, headers=OURS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.status_code == 409
    assert "geen bestand is half geschreven" in said(refused)
    assert "geen bestand is half geschreven" in added.get_json()["error"]
    assert _files(buurt) == before
    assert (
        client.post(base + "book", data={**_hidden(refused), "step": "write"}, headers=OURS).status_code
        == 200
    )


def _hidden(answer: Any) -> dict[str, str]:
    """What the preview of a booking sends when it is right."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.get_data(as_text=True))
    return {name: unescape(value) for name, value in found}


def _was(answer: Any) -> str:
    return _hidden(answer)["was"]


ENTRY = {
    "t": "Transaction", "date": "2026-10-05", "flag": "*", "payee": "x", "narration": "uit Fava", "tags": [],
    "links": [], "meta": {},
    "postings": [
        {"account": "Income:Omzet:Diensten", "amount": "-5.00 EUR"}, {"account": "Assets:Kas", "amount": ""}
    ],
}  # fmt: skip


def test_fava_writes_to_the_members_own_ledger_and_nowhere_else(buurt: Path, tmp_path: Path) -> None:
    client, base = client_of(buurt, "fatma", tmp_path)
    api = base.removesuffix("extension/Scharrel/") + "api/"
    before = _files(buurt)
    added = client.put(api + "add_entries", json={"entries": [ENTRY]}, headers=OURS)
    assert added.status_code == 200, added.get_data(as_text=True)
    assert [name for name, data in _files(buurt).items() if before.get(name) != data] == [LEDGER]
    ledger = (buurt / LEDGER).read_text()
    assert ledger.index('"uit Fava"') < ledger.index("2026-10-06 *")  # where its day is
    source = client.get(api + "source?filename=", headers=HOST).get_json()["data"]
    assert source["source"] == ledger
    changed = {**source, "source": ledger.replace("uit Fava", "verbeterd")}
    assert client.put(api + "source", json=changed, headers=OURS).status_code == 200
    assert "verbeterd" in (buurt / LEDGER).read_text()
    assert client.put(api + "source", json=changed, headers=OURS).status_code == 500  # not what it was
    entry = next(
        one
        for one in client.get(api + "journal", headers=HOST).get_json()["data"]
        if one.get("narration") == "verbeterd"
    )
    where = f"{api}source_slice?entry_hash={entry['entry_hash']}"
    piece = client.get(where, headers=HOST).get_json()["data"]
    gone = client.delete(f"{where}&sha256sum={piece['sha256sum']}", headers=OURS)
    assert gone.status_code == 200, gone.get_data(as_text=True)
    assert _files(buurt) == before
    for name in ("ledgers/accounts.beancount", "ledgers/allocations/fatma/2026-10.beancount"):
        other = client.get(f"{api}source?filename={buurt / name}", headers=HOST).get_json()["data"]
        refused = client.put(api + "source", json={**other, "source": "; weg"}, headers=OURS)
        assert "alleen in ledgers/members/fatma.beancount geschreven" in refused.get_json()["error"]
    for path in ("add_document", "move", "attach_document", "upload_import_file"):
        assert client.put(api + path, json={}, headers=OURS).status_code == 403
    assert client.delete(f"{api}document?filename={buurt / LEDGER}", headers=OURS).status_code == 403
    assert _files(buurt) == before
    comment = "Kas geteld met Bram.\nTien euro te weinig."
    note = {"t": "Note", "date": "2026-10-05", "account": "Assets:Kas", "comment": comment, "meta": {}}
    assert client.put(api + "add_entries", json={"entries": [note]}, headers=OURS).status_code == 200
    written = '2026-10-05 note Assets:Kas "Kas geteld met Bram. Tien euro te weinig."\n'
    assert written in (buurt / LEDGER).read_text()  # Fava could delete no more than the first line of two


def _files(coop: Path) -> dict[str, bytes]:
    files = [path for path in (coop / "ledgers").rglob("*") if path.is_file()]
    return {str(path.relative_to(coop)): path.read_bytes() for path in files}


def test_no_foreign_page_reads_or_writes(buurt: Path, tmp_path: Path) -> None:
    client, base = client_of(buurt, "fatma", tmp_path)
    api = base.removesuffix("extension/Scharrel/") + "api/"
    before = _files(buurt)
    for headers in (
        {**OURS, "Origin": "https://evil.example"}, {**OURS, "Origin": "null"}, HOST,
        {**OURS, "Origin": "http://127.0.0.1:8000"}, {"Host": "evil.example", "Origin": "http://evil.example"},
    ):  # fmt: skip
        shown = {**FILLED, "step": "show"}
        assert client.post(base + "book", data=shown, headers=headers).status_code == 403
        assert client.put(api + "add_entries", json={"entries": [ENTRY]}, headers=headers).status_code == 403
    for host in ("evil.example", "evil.example:5055", "127.0.0.1.evil.example", "", "[::1]:5055"):
        assert client.get(base + "month", headers={"Host": host}).status_code == 403
    page = client.get(base + "month", headers=HOST)
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.get_data(as_text=True))
    assert _files(buurt) == before


def test_without_the_key_of_this_start_nobody_gets_in(buurt: Path, tmp_path: Path) -> None:
    before = _files(buurt)
    other, base = client_of(buurt, "fatma", tmp_path)
    with app_of(buurt, "fatma", tmp_path).test_client() as client:
        for key in ("", "?key=", "?key=nee", "?key=%00é"):
            locked = client.get(base + "month" + key, headers=HOST)
            assert (locked.status_code, locked.headers.get("Set-Cookie")) == (403, None)
            assert "venster waarin scharrel web is gestart" in said(locked)
            assert "Fatma" not in said(locked)
        for path in ("book?step=show", f"book?key={KEY}"):
            assert client.post(base + path, data={**FILLED, "step": "show"}, headers=OURS).status_code == 403
        api = base.removesuffix("extension/Scharrel/") + "api/"
        added = client.put(api + "add_entries", json={"entries": [ENTRY]}, headers=OURS)
        assert added.status_code == 403
        let_in = client.get(f"{base}month?month=2026-10&key={KEY}&lang=en", headers=HOST)
        assert (let_in.status_code, let_in.headers["Location"]) == (303, base + "month?month=2026-10&lang=en")
        assert "HttpOnly" in let_in.headers["Set-Cookie"]
        assert "SameSite" in let_in.headers["Set-Cookie"]
        assert client.get(base + "month", headers=HOST).status_code == 200
    assert other.get(base + "month", headers=HOST).status_code == 200
    assert _files(buurt) == before


def test_the_treasurer_sees_what_is_open_and_writes_nothing(tmp_path: Path) -> None:
    client, base = client_of(REPOSITORY, "", tmp_path)
    page = said(client.get(base + "month?month=2026-10", headers=HOST))
    assert "Bouwmarkt De Hoek" in page
    assert "scharrel bank assign betaalrekening:4711-20261022-1" in page
    assert "2026-0001" in page
    assert "Fatma Yıldız" in page
    api = base.removesuffix("extension/Scharrel/") + "api/"
    assert client.put(api + "add_entries", json={"entries": [ENTRY]}, headers=OURS).status_code == 403
    assert client.post(base + "book", data={**FILLED, "step": "show"}, headers=OURS).status_code == 403
    assert client.get(base + "book", headers=HOST).status_code == 404


def test_favas_own_frame_has_the_page_too(fatma: tuple[FlaskClient, str]) -> None:
    client, base = fatma
    page = client.get(base, headers=HOST)
    assert "Van wat er binnenkwam naar wat je houdt" in said(page)
    script = base.replace("extension/Scharrel/", "extension_js_module/Scharrel.js")
    assert client.get(script, headers=HOST).status_code == 200
    assert client.get(base + "style", headers=HOST).mimetype == "text/css"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_the_server_says_where_it_is_and_stops_when_it_is_told() -> None:
    command = [sys.executable, "-u", "-m", "scharrel", "web", "fatma", "--coop", str(REPOSITORY)]
    environment = {**os.environ, "LC_ALL": "nl_NL.UTF-8"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout
            about, address = server.stdout.readline(), server.stdout.readline().strip()
            assert about == "De bladzijde van Fatma Yıldız staat in de browser op:\n"
            assert address.startswith("http://127.0.0.1:")
            assert len(address.partition("/?key=")[2]) > 40
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with browser.open(address, timeout=20) as page:
                assert "Van wat er binnenkwam" in page.read().decode()
            if EVERY:
                port = address.partition("/?")[0].rpartition(":")[2]
                taken = subprocess.run(
                    [*command, "--port", port], capture_output=True, text=True, check=False, env=environment
                )
                assert (taken.returncode, taken.stdout) == (1, "")
                assert f"Poort {port} is niet te gebruiken" in taken.stderr
            server.send_signal(signal.SIGINT)
            rest = server.communicate(timeout=10)[0]
            assert server.returncode == 0
        finally:
            server.kill()
    assert rest.endswith("Gestopt.\n")


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    import fava

    there = Path(fava.__file__).parent.parent
    for path in there.iterdir():
        if not path.name.casefold().startswith("fava") and path.suffix != ".pth":
            (tmp_path / path.name).symlink_to(path)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "scharrel", "web", "--coop", str(REPOSITORY)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}", "LC_ALL": "nl_NL.UTF-8"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert 'pip install "scharrel[web]"' in done.stderr
