"""Whether pages fit on a phone and on a desk, in a real browser: python3 narrow.py PAGE..."""

import html
import json
import re
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

WIDTHS = (390, 1280)
FRAME = """<!doctype html><iframe width="{width}" height="844" style="border: 0" srcdoc="{page}"></iframe>
<script>
onload = () => {{
  const page = document.querySelector("iframe").contentDocument;
  const wide = [...page.querySelectorAll(".wide")].filter(e => e.scrollWidth > e.clientWidth + 1);
  const told = document.createElement("pre");
  told.id = "narrow-told";
  told.textContent = JSON.stringify([page.documentElement.scrollWidth,
    wide.map(e => (e.previousElementSibling || e).textContent.trim().slice(0, 60))]);
  document.body.appendChild(told);
}};</script>"""
"""The page in a frame of that width: a browser's own window is never as narrow."""


def overflow(page: Path, width: int) -> tuple[int, list[str]]:
    """How wide the page gets in such a window, and below what something has to be moved sideways."""
    with tempfile.TemporaryDirectory() as folder:
        framed = Path(folder, "page.html")
        text = html.escape(page.read_text("utf-8"))
        framed.write_text(FRAME.format(width=width, page=text), "utf-8")
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"]
        shown = subprocess.run(
            [*browser, "--dump-dom", framed.as_uri()], capture_output=True, text=True, check=True, timeout=120
        ).stdout
    told = re.search(r'<pre id="narrow-told">(.*?)</pre>', shown, re.DOTALL)
    if not told:
        raise SystemExit(f"{page}: the browser said nothing")
    return json.loads(html.unescape(told[1]))


def main() -> None:
    pages = [Path(name) for name in sys.argv[1:]]
    wrong = 0
    for page, width in product(pages, WIDTHS):
        needed, wide = overflow(page, width)
        if needed > width or wide:
            wrong += 1
            print(f"{page}: {needed} wide of {width}; sideways: {wide}")
    print(f"{len(pages)} pages, {wrong} too wide")
    sys.exit(bool(wrong) or not pages)


if __name__ == "__main__":
    main()
