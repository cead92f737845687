#!/usr/bin/env bash
# Typst refuses PDF/A-3a for letters that join or carry marks (Tamil here) as soon as they stand in the text of an SVG
# image: "the PDF contains text with missing codepoints". The same text beside the image compiles, in the same font.
# Expected: both compile, or both are refused.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check typst==0.15.2 manimgx-fonts==2026.9.26.post1
"$work/venv/bin/python" - "$work" <<'PYTHON'
import pathlib, sys, sysconfig
import typst
work = pathlib.Path(sys.argv[1])
fonts = [f for f in pathlib.Path(sysconfig.get_paths()["purelib"]).rglob("NotoSansTamil*.[to]tf")]
assert fonts, "no Tamil font in the package"
folder = work / "fonts"; folder.mkdir()
for font in fonts:
    (folder / font.name).write_bytes(font.read_bytes())
name = "தமிழ்"
head = '#set document(title: "x")\n#set text(font: "Noto Sans Tamil", lang: "ta")\n'
svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="25" font-family="Noto Sans Tamil">{name}</text></svg>'
(work / "name.svg").write_text(svg, "utf-8")
cases = {"beside an image": head + name, "in an SVG image": head + '#image("name.svg", alt: "x")'}
seen = {}
for case, source in cases.items():
    path = work / "page.typ"
    path.write_text(source, "utf-8")
    try:
        typst.compile(str(path), root=str(work), font_paths=[str(folder)], ignore_system_fonts=True, pdf_standards=["a-3a"])
        seen[case] = "compiles"
    except Exception as error:
        seen[case] = "refused: " + str(error).splitlines()[0]
    print(f"typst 0.15.2, {name} {case}: {seen[case]}")
as_found = seen["beside an image"] == "compiles" and "missing codepoints" in seen["in an SVG image"]
sys.exit(0 if as_found else "changed")
PYTHON
