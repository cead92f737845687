"""Run axe-core on pages in a real browser: python3 axe.py AXE_JS PAGE..."""

import html
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

RUN = """<script>{axe}</script><script>
axe.run().then(found => {{
  const told = document.createElement("pre");
  told.id = "axe-told";
  told.textContent = JSON.stringify(found.violations.map(v => [v.impact, v.id, v.nodes[0].html]));
  document.body.appendChild(told);
}});</script></body>"""


def violations(page: Path, axe: str) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "page.html")
        copy.write_text(page.read_text("utf-8").replace("</body>", RUN.format(axe=axe)), "utf-8")
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"]
        shown = subprocess.run(
            [*browser, "--dump-dom", copy.as_uri()], capture_output=True, text=True, check=True, timeout=120
        ).stdout
    told = re.search(r'<pre id="axe-told">(.*?)</pre>', shown, re.DOTALL)
    if not told:
        raise SystemExit(f"{page}: axe said nothing")
    return json.loads(html.unescape(told[1]))


def main() -> None:
    axe = Path(sys.argv[1]).read_text("utf-8").replace("</script>", "<\\/script>")
    pages = [Path(name) for name in sys.argv[2:]]
    wrong = 0
    for page in pages:
        for impact, rule, excerpt in violations(page, axe):
            wrong += 1
            print(f"{page}: {impact}: {rule}: {excerpt[:120]}")
    print(f"{len(pages)} pages, {wrong} violations")
    sys.exit(bool(wrong) or not pages)


if __name__ == "__main__":
    main()
