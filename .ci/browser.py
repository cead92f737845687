"""Try the pages of `scharrel web` in chromium: python browser.py AXE_JS COPY SHOTS

COPY is a folder in which the example cooperative is laid down, SHOTS one for pictures of every page.
"""

import http.server
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
SCHARREL = ROOT / ".venv/bin/scharrel"
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
passed = 0


@contextmanager
def served(coop: Path, *member: str) -> Iterator[str]:
    """The address at which `scharrel web` serves."""
    command = [str(SCHARREL), "web", *member, "--coop", str(coop), "--lang", "nl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            server.stdout.readline()
            yield server.stdout.readline().strip()
            server.send_signal(signal.SIGINT)
            assert server.wait(10) == 0, "ctrl-c does not end it cleanly"
        finally:
            server.kill()


@contextmanager
def page_of(
    browser: Browser, size: str = "phone", *, script: bool = True, dark: bool = False
) -> Iterator[Page]:
    """A window; whatever the browser complains of is a failure."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=size == "phone", java_script_enabled=script,
        color_scheme="dark" if dark else "light",
    )  # fmt: skip
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda said: complaints.append(said.text) if _complains(said.text, said.type) else None
    )
    yield page
    context.close()
    assert not complaints, complaints


def _complains(text: str, kind: str) -> bool:
    # That an answer is a refusal is what some of these ask for.
    return kind in ("error", "warning") and "status of 4" not in text


def tell(what: str) -> None:
    global passed  # noqa: PLW0603
    passed += 1
    print(f"  {what}", flush=True)


def judged(page: Page, axe: str, shot: Path) -> None:
    """axe finds nothing wrong with it, and nothing sticks out."""
    found = page.evaluate(f"async () => {{ {axe}; return (await axe.run()).violations }}")
    wrong = [(v["impact"], v["id"], v["nodes"][0]["html"][:120]) for v in found]
    assert not wrong, (page.url, wrong)
    nothing_sticks_out(page)
    page.screenshot(path=shot, full_page=True)


def nothing_sticks_out(page: Page) -> None:
    wide = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert not wide, (page.url, wide)


def fill(page: Page, amount: str, what: str) -> None:
    page.fill("#amount", amount)
    page.fill("#who", "mevr. Jansen")
    page.fill("#what", what)
    for choice in ("[name=account]", "[name=money][value=cash]", '[name=rate][value="21%"]'):
        for box in page.locator(f"input{choice}").all()[:1]:
            box.check()
    page.click("form button")


def every_page(browser: Browser, coop: Path, axe: str, shots: Path) -> None:
    for who in (["fatma"], ["amina"], []):
        with served(coop, *who) as address:
            for size in SIZES:
                for lang in ("nl", "en"):
                    with page_of(browser, size, dark=lang == "en") as page:
                        page.goto(address)
                        base = page.url.rpartition("/")[0]
                        name = f"{who[0] if who else 'coop'}-{{}}-{size}-{lang}.png"
                        page.goto(f"{base}/month?month=2026-10&lang={lang}")
                        judged(page, axe, shots / name.format("month"))
                        page.emulate_media(media="print")
                        expect(page.locator("nav")).to_be_hidden()
                        page.screenshot(path=shots / name.format("print"), full_page=True)
                        page.emulate_media(media="screen")
                        if (size, lang) == ("phone", "nl"):
                            books = ("book?lang=nl", "book?kind=out&lang=nl") if who else ()
                            enlarged(page, base, "month?lang=nl", *books)
                        if not who:
                            continue
                        page.goto(f"{base}/book?lang={lang}")
                        judged(page, axe, shots / name.format("kinds"))
                        for kind in page.eval_on_selector_all(".kinds a", "all => all.map(a => a.href)"):
                            page.goto(kind)
                            judged(page, axe, shots / name.format(kind.partition("kind=")[2][:3].strip("&")))
                        page.goto(f"{base}/book?lang={lang}&kind=in")
                        page.click("form button")
                        expect(page.locator("#amount")).to_be_focused()
                        judged(page, axe, shots / name.format("wrong"))
                        fill(page, "45", "fiets gemaakt")
                        judged(page, axe, shots / name.format("preview"))
                        expect(page.locator("#answer")).to_be_focused()
                        page.click("button[value=write]")
                        expect(page.locator("#answer")).to_be_focused()
                        judged(page, axe, shots / name.format("done"))
                        page.click("button[value=undo]")
                        judged(page, axe, shots / name.format("undone"))
            tell(
                f"every page of {who[0] if who else 'the cooperative'}: axe finds nothing, nothing sticks out"
            )


def enlarged(page: Page, base: str, *paths: str) -> None:
    """With everything twice as large, and a screen no wider, nothing sticks out."""
    width, height = SIZES["phone"]
    page.set_viewport_size({"width": width // 2, "height": height // 2})
    for path in paths:
        page.goto(f"{base}/{path}")
        nothing_sticks_out(page)
    page.set_viewport_size({"width": width, "height": height})


PER_KEY, PER_TAP, PER_PAGE = 0.5, 1.5, 4.0
"""Seconds that a slow thumb takes for a key and a tap, and that somebody takes to read a page."""


class Thumb:
    """What a thumb does on a page, counted."""

    def __init__(self, page: Page):
        self.page, self.keys, self.taps, self.pages = page, 0, 0, 1

    def type(self, field: str, text: str) -> None:
        self.tap(field)
        self.page.keyboard.type(text)
        self.keys += len(text)

    def tap(self, what: str) -> None:
        self.page.locator(what).first.tap()
        self.taps += 1

    def go(self, what: str) -> None:
        with self.page.expect_navigation():
            self.tap(what)
        self.pages += 1


FORMS = (
    ("in", "45", "mevr Jansen", "fiets geplakt", ["[name=money][value=cash]", '[name=rate][value="0"]']),
    (
        "out", "38,20", "groothandel", "banden",
        ["[name=account]", "[name=money][value=cash]", '[name=rate][value="0"]'],
    ),
    ("km", "23", "", "", []),
    ("in", "121", "Buurthuis", "workshop", ["[name=money][value=bank]", '[name=rate][value="21%"]']),
)  # fmt: skip
LINES = (
    "bij 45 mevr Jansen, fiets geplakt, contant geen btw", "af 38,20 groothandel, banden, contant geen btw",
    "23 km", "bij 121 Buurthuis, workshop, bank 21% btw",
)  # fmt: skip


def four_events(browser: Browser, axe: str, folder: Path, shots: Path) -> None:
    """A job for cash, a purchase, 23 kilometres and a transfer with VAT on a phone, by form and by lines."""
    for way in ("form", "line"):
        coop = folder / way
        new = ["member", "add", "mila", "Mila", "--rules=parttime-ondernemen", "--from=2026-09"]
        for command in (["init", coop], [*new, "--household=single", "--coop", coop]):
            subprocess.run([SCHARREL, *command], check=True, capture_output=True)
        with served(coop, "mila") as address, page_of(browser) as page:
            page.goto(address)
            page.goto(page.url.rpartition("/")[0] + "/book")
            thumb, began = Thumb(page), time.monotonic()
            for nth, (kind, amount, who, what, choices) in enumerate(FORMS):
                if way == "line":
                    thumb.type("#line", LINES[nth])
                    thumb.go("button[value=line]")
                    judged(page, axe, shots / f"line-{nth}.png")
                    if page.locator("button[value=write]").count() == 0:
                        account = "[name=account]:not(:checked)"
                        thumb.tap(f"label:has({account})")
                        thumb.go("form button")
                else:
                    thumb.go(f'a[href*="kind={kind}"]')
                    for field, text in (("#amount", amount), ("#who", who), ("#what", what)):
                        if text:
                            thumb.type(field, text)
                    for choice in choices:
                        thumb.tap(f"label:has({choice})")
                    thumb.go("form button")
                thumb.go("button[value=write]")
                expect(page.locator("h1")).to_have_text("Het staat in je kasboek")
            machine = time.monotonic() - began
            human = thumb.keys * PER_KEY + thumb.taps * PER_TAP + thumb.pages * PER_PAGE
            assert machine + human < 180, (machine, human)
            tell(
                f"four events on a phone by {way}: {thumb.keys} keys, {thumb.taps} taps, "
                f"{thumb.pages} pages; {machine:.0f} s of machine and {human:.0f} s of thumb"
            )


def slider(browser: Browser, coop: Path) -> None:
    with served(coop, "fatma") as address:
        with page_of(browser) as page:
            page.goto(address)
            page.goto(page.url + "?month=2026-10&lang=en")
            outcome = page.locator("#what-if-outcome .lead")
            expect(outcome).to_have_text("€289.25 came in: of that you keep €145.63.")
            page.focus("#slider")
            page.keyboard.press("ArrowRight")
            expect(page.locator("#earned")).to_have_value("290")
            expect(outcome).to_have_text("If €290.00 comes in, you keep €146.18.")
            expect(page.locator("#slider")).to_have_attribute("aria-valuetext", "€290.00")
            page.keyboard.press("Home")
            expect(outcome).to_contain_text("If €0.00 comes in")
            page.fill("#earned", "500,00")
            expect(outcome).to_have_text("If €500.00 comes in, you keep €299.48.")
            expect(page.locator("#slider")).to_have_value("500")
            page.fill("#earned", "veel")
            expect(outcome).to_contain_text('I do not understand "veel"')
        with page_of(browser, script=False) as page:
            page.goto(address)
            page.goto(page.url + "?month=2026-10&lang=en")
            expect(page.locator("#slider")).to_be_hidden()
            page.fill("#earned", "500")
            page.press("#earned", "Enter")
            expect(page.locator("#what-if-outcome .lead")).to_have_text(
                "If €500.00 comes in, you keep €299.48."
            )
    tell("the slider: by keyboard, in step with the amount, as the engine says; and without JavaScript")


def by_keyboard(browser: Browser, coop: Path) -> None:
    ledger = coop / "ledgers/members/fatma.beancount"
    before = ledger.read_text()
    with served(coop, "fatma") as address, page_of(browser) as page:
        page.goto(address.rstrip("/"))
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.goto(page.url.rpartition("/")[0] + "/book?kind=in&lang=nl")
        page.focus("#amount")
        keys = ["45", "Tab", "mevr. Jansen", "Tab", "fiets", "Tab", "Tab", " ", "Tab", " ", "Tab"]
        for key in keys:
            if key in ("Tab", " "):
                page.keyboard.press("Space" if key == " " else key)
            else:
                page.keyboard.type(key)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Zo komt het in je kasboek")
        page.locator("button[value=write]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Het staat in je kasboek")
        assert '"mevr. Jansen" "fiets"' in ledger.read_text()
        page.locator("button[value=undo]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Dit is weer weg")
    assert ledger.read_text() == before
    tell("a booking by keyboard alone, and taken back")


def once_more_and_invoice(browser: Browser, coop: Path) -> None:
    """What was booked last again in two taps, and a customer for an invoice, both without JavaScript."""
    ledger = coop / "ledgers/members/fatma.beancount"
    before = ledger.read_text()
    with served(coop, "fatma") as address, page_of(browser, script=False) as page:
        page.goto(address)
        page.goto(page.url.rpartition("/")[0] + "/book?lang=nl")
        thumb = Thumb(page)
        thumb.go(".again")
        thumb.go("button[value=write]")
        assert thumb.taps == 2
        expect(page.locator("h1")).to_have_text("Het staat in je kasboek")
        assert len(ledger.read_text()) > len(before)
        page.click("button[value=undo]")
        page.goto(page.url.partition("?")[0] + "?kind=in&lang=nl")
        expect(page.locator("#customer")).to_be_hidden()
        page.check("[name=money][value=invoice]")
        expect(page.locator("#customer")).to_be_visible()
        expect(page.locator('[name=rate][value="0"]')).to_be_hidden()
        expect(page.locator("[name=rate][value=exempt]")).to_be_visible()
    assert ledger.read_text() == before
    tell("once more in two taps, and a customer for what is to be invoiced")


def two_tabs(browser: Browser, coop: Path) -> None:
    ledger = coop / "ledgers/members/fatma.beancount"
    with served(coop, "fatma") as address, page_of(browser) as one:
        two = one.context.new_page()
        for page, amount, what in ((one, "45", "eerste tab"), (two, "12,50", "tweede tab")):
            page.goto(address)
            page.goto(page.url.rpartition("/")[0] + "/book?kind=in&lang=nl")
            fill(page, amount, what)
        one.click("button[value=write]")
        two.click("button[value=write]")
        expect(two.locator('[role="alert"]')).to_contain_text("Je kasboek veranderde intussen")
        assert "eerste tab" in ledger.read_text()
        assert "tweede tab" not in ledger.read_text()
        two.click("button[value=write]")
        expect(two.locator("h1")).to_have_text("Het staat in je kasboek")
        assert "eerste tab" in ledger.read_text()
        assert "tweede tab" in ledger.read_text()
    tell("two tabs that write at once: the second is told, nothing is lost")


def favas_own(browser: Browser, coop: Path) -> None:
    ledger = coop / "ledgers/members/fatma.beancount"
    with served(coop, "fatma") as address, page_of(browser, "desk") as page:
        page.goto(address)
        root = page.url.partition("/extension/")[0]
        page.goto(f"{root}/income_statement/")
        page.click("aside >> text=Scharrel")
        expect(page.locator("article h1")).to_contain_text("Fatma Yıldız")
        expect(page.locator("#slider")).to_be_visible()
        page.goto(f"{root}/journal/")
        page.keyboard.press("n")
        for field, nth, text in (
            ("Begunstigde", 0, "uit Fava"), ("Omschrijving", 0, "met het formulier"),
            ("Rekening", 0, "Income:Omzet:Diensten"), ("Hoeveelheid", 0, "-5.00 EUR"),
            ("Rekening", 1, "Assets:Kas"),
        ):  # fmt: skip
            page.locator(f'form input[placeholder="{field}"]').nth(nth).fill(text)
        page.locator('form button[type="submit"]').last.click()
        for _ in range(50):
            if "uit Fava" in ledger.read_text():
                break
            page.wait_for_timeout(100)
        assert '"uit Fava" "met het formulier"' in ledger.read_text()
    tell("the page in Fava's frame; Fava's own form writes into the ledger")


def foreign(browser: Browser, coop: Path, folder: Path) -> None:
    """A page of another site in the same browser: a form, a fetch, a frame."""
    ledger = coop / "ledgers/members/fatma.beancount"
    before = ledger.read_text()
    with served(coop, "fatma") as address:
        with page_of(browser) as page:
            page.goto(address)
            form = page.url.rpartition("/")[0] + "/book?lang=nl"
        (folder / "index.html").write_text(
            f"""<!doctype html><title>evil</title><iframe src="{form}"></iframe>
            <form method="post" action="{form}"><input name="step" value="undo"><button>x</button></form>"""
        )
        handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
        with http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), lambda *a: handler(*a, directory=str(folder))
        ) as site:
            threading.Thread(target=site.serve_forever, daemon=True).start()
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"http://localhost:{site.server_address[1]}/")
            assert not page.frames[1].locator("form").count(), "the form is in a foreign frame"
            read = f"fetch('{form}').then(a => a.text()).catch(() => 'no')"
            assert page.evaluate(read) == "no", "a foreign page reads"
            with page.expect_navigation() as sent:
                page.click("button")
            assert sent.value.status == 403, "a foreign form is taken"
            context.close()
            site.shutdown()
    assert ledger.read_text() == before
    tell("a foreign page in the same browser neither reads nor writes nor frames it")


def main() -> None:
    axe_file, copy, shots = map(Path, sys.argv[1:])
    axe = axe_file.read_text("utf-8")
    shots.mkdir(parents=True, exist_ok=True)
    for name in ("ledgers", "rules", "templates"):
        shutil.copytree(ROOT / name, copy / name)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        print(f"scharrel web in chromium {browser.version}")
        every_page(browser, copy, axe, shots)
        four_events(browser, axe, copy.parent / "new", shots)
        slider(browser, copy)
        by_keyboard(browser, copy)
        once_more_and_invoice(browser, copy)
        two_tabs(browser, copy)
        favas_own(browser, copy)
        site = copy.parent / "site"
        site.mkdir()
        foreign(browser, copy, site)
        browser.close()
    print(f"{passed} passed, 0 failed")


if __name__ == "__main__":
    main()
