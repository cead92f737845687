"""Make the pictures of the documentation anew: python docs/pictures.py

Runs the real commands on the example cooperative; nothing in docs/pictures/ is made by hand.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

import pypdfium2
import typst
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs/pictures"
MONTH = "2026-10"
WIDTH = 80


def terminal(name: str, *arguments: str) -> None:
    """What a command shows on a terminal of 80 columns, as SVG."""
    command = [sys.executable, "-m", "scharrel", *arguments]
    environment = {**os.environ, "COLUMNS": str(WIDTH), "PYTHONUTF8": "1", "FORCE_COLOR": "1"}
    shown = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    screen = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    screen.print(Text.from_ansi(shown.stdout.rstrip()))
    title = " ".join(["scharrel", *arguments])
    (PICTURES / f"{name}.svg").write_text(screen.export_svg(title=title, unique_id=name), "utf-8")


def first_page(name: str, statement: Path) -> None:
    """The first page of a statement as a browser draws it, as PNG."""
    page = pypdfium2.PdfDocument(statement)[0].render(scale=75 / 72, rev_byteorder=True)
    statement.with_suffix(".rgb").write_bytes(bytes(page.buffer))
    pixels = f'(encoding: "rgb8", width: {page.width}, height: {page.height})'
    source = f"""#set page(width: {page.width}pt, height: {page.height}pt, margin: 0pt)
#image(read("{statement.stem}.rgb", encoding: none), format: {pixels}, width: 100%)"""
    shown = typst.Compiler(root=str(statement.parent)).compile(source.encode(), format="png", ppi=72)
    assert isinstance(shown, bytes)
    (PICTURES / f"{name}.png").write_bytes(shown)


def drawing(name: str, *arguments: str) -> None:
    """A drawing that a command makes."""
    command = [sys.executable, "-m", "scharrel", *arguments, "--out", str(PICTURES / f"{name}.svg")]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def in_browser(name: str, *arguments: str) -> None:
    """The first page of `scharrel web` in chromium, as PNG; without chromium it stays as it is."""
    if not shutil.which("chromium"):
        return
    command = [sys.executable, "-m", "scharrel", "web", *arguments, "--coop", str(ROOT), "--lang", "nl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        server.stdout.readline()
        address = server.stdout.readline().strip()
        browser = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=500,1500"]
        subprocess.run(
            [*browser, f"--screenshot={PICTURES / name}.png", address], check=True, capture_output=True
        )
        server.send_signal(signal.SIGINT)


def main() -> None:
    in_browser("web", "fatma")
    terminal("allocate", "allocate", MONTH)
    drawing("plot", "rules", "plot", "bijstand", "vrije-uitloop", "--month", MONTH, "--lang", "en")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "scharrel", "statements", MONTH, "--lang", "nl", "--out", folder]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        first_page("member", Path(folder, "member/fatma.pdf"))
        first_page("municipality", Path(folder, "municipality/amina.pdf"))
        first_page("coop", Path(folder, "coop/overview.pdf"))


if __name__ == "__main__":
    main()
