"""A statement on which something was put afterwards, or from which something was taken, is not called right;
one that was only saved again is."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from conftest import Once, Run, in_process, small
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.annotations import FreeText, Highlight, Link, Rectangle, Text
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    RectangleObject,
    TextStringObject,
)

MONTH = "2026-05"


def state_small(coop: Path) -> None:
    assert in_process("allocate", MONTH, "--coop", str(small(coop))).status == 0
    for form in ("pdf", "html", "txt"):
        assert in_process("statements", MONTH, "--format", form, "--coop", str(coop)).status == 0


@pytest.fixture
def coop(tmp_path: Path, once: Once) -> Path:
    return once(state_small, tmp_path / "coop")


@pytest.fixture
def stated(coop: Path) -> Callable[[str], Path]:
    return lambda form: coop / f"statements/{MONTH}/member/amina.{form}"


def table(**entries: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def script() -> DictionaryObject:
    return table(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)"))


def put(holder: Any, key: str, value: Any) -> None:
    holder[NameObject(key)] = value


def drawn(operators: bytes, *, under: bool = False) -> Callable[[PdfWriter], None]:
    """More on the first page, over or under what is there."""

    def draw(writer: PdfWriter) -> None:
        page = writer.pages[0]
        more = DecodedStreamObject()
        more.set_data(b"\nq " + operators + b" Q\n")
        there = page.raw_get("/Contents")
        there = list(there) if isinstance(there, ArrayObject) else [there]
        added = [writer._add_object(more)]
        put(page, "/Contents", ArrayObject([*added, *there] if under else [*there, *added]))

    return draw


def over(writer: PdfWriter) -> None:
    """Another page laid over it, as a watermark is."""
    mark = PageObject.create_blank_page(width=595, height=842)
    lines = DecodedStreamObject()
    lines.set_data(b"0.95 g 200 300 200 200 re f")
    put(mark, "/Contents", lines)
    writer.pages[0].merge_transformed_page(mark, Transformation())


def layer(writer: PdfWriter) -> None:
    group = writer._add_object(table(Type=NameObject("/OCG"), Name=TextStringObject("x")))
    put(
        writer.root_object,
        "/OCProperties",
        table(OCGs=ArrayObject([group]), D=table(OFF=ArrayObject([group]))),
    )


def field(writer: PdfWriter) -> None:
    box = RectangleObject((300, 300, 400, 320))
    made = table(
        Type=NameObject("/Annot"), Subtype=NameObject("/Widget"), FT=NameObject("/Tx"),
        T=TextStringObject("a"), Rect=box, V=TextStringObject("9.999,99"),
    )  # fmt: skip
    at = writer._add_object(made)
    put(writer.pages[0], "/Annots", ArrayObject([at]))
    put(writer.root_object, "/AcroForm", table(Fields=ArrayObject([at])))


def told_otherwise(writer: PdfWriter) -> None:
    for number in range(1, len(writer._objects) + 1):
        found = writer.get_object(number)
        if isinstance(found, DictionaryObject) and "/Alt" in found:
            put(found, "/Alt", TextStringObject("iets anders"))


def another_face(writer: PdfWriter) -> None:
    """The letters keep their meaning for programs and swap their looks."""
    fonts: Any = writer.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    names = sorted(fonts)
    one, two = (fonts[name]["/DescendantFonts"][0].get_object() for name in names[:2])
    one[NameObject("/FontDescriptor")] = two.raw_get("/FontDescriptor")


NOTE = Rectangle((430, 640, 560, 700), interior_color="ffffff")
CHANGED: dict[str, tuple[Callable[[PdfWriter], object], str]] = {
    "a note": (
        lambda w: w.add_annotation(0, Text(rect=(50, 50, 70, 70), text="hoi")),
        "blad 1: er is een opmerking",
    ),
    "a white box": (lambda w: w.add_annotation(0, NOTE), "opmerking"),
    "an amount over it": (
        lambda w: w.add_annotation(0, FreeText(rect=(430, 640, 560, 660), text="9.999,99")),
        "opmerking",
    ),
    "a highlight": (
        lambda w: w.add_annotation(
            0,
            Highlight(
                rect=(0, 0, 9, 9), quad_points=ArrayObject([FloatObject(n) for n in (0, 9, 9, 9, 0, 0, 9, 0)])
            ),
        ),
        "opmerking",
    ),
    "a link": (
        lambda w: w.add_annotation(0, Link(rect=(0, 0, 90, 90), url="https://voorbeeld.nl")),
        "opmerking",
    ),
    "a drawing over it": (drawn(b"1 g 430 600 130 60 re f"), "blad 1: dit blad ziet er anders uit"),
    "a drawing under it": (drawn(b"1 0 0 rg 300 300 9 9 re f", under=True), "ziet er anders uit"),
    "a short line": (drawn(b"300 300 m 303 300 l S"), "ziet er anders uit"),
    "a pale mark": (over, "ziet er anders uit"),
    "letters with another face": (another_face, "ziet er anders uit"),
    "an attachment": (
        lambda w: w.add_attachment("brief.txt", b"x"),
        "bijlage bij gedaan of veranderd: brief.txt",
    ),
    "a second attachment of that name": (lambda w: w.add_attachment("cijfers.json", b"{}"), "cijfers.json"),
    "a field": (field, "invulveld"),
    "a layer": (layer, "lagen"),
    "a script at opening": (
        lambda w: put(w.root_object, "/OpenAction", script()),
        "bij het openen iets doet",
    ),
    "a script of a page": (lambda w: put(w.pages[0], "/AA", table(O=script())), "bij het openen iets doet"),
    "a script by name": (
        lambda w: put(
            w.root_object["/Names"],
            "/JavaScript",
            table(Names=ArrayObject([TextStringObject("a"), script()])),
        ),
        "bij het openen",
    ),
    "a collection": (
        lambda w: put(w.root_object, "/Collection", table(View=NameObject("/T"))),
        "/Collection",
    ),
    "turned": (lambda w: w.pages[0].rotate(90), "gedraaid, bijgesneden"),
    "cropped": (
        lambda w: put(w.pages[0], "/CropBox", RectangleObject((0, 0, 595, 700))),
        "gedraaid, bijgesneden",
    ),
    "enlarged": (lambda w: put(w.pages[0], "/UserUnit", NumberObject(2)), "gedraaid, bijgesneden"),
    "a page more": (lambda w: w.add_blank_page(595, 842), "bladen bij gekomen of weg"),
    "what is read aloud": (told_otherwise, "voorleesprogramma"),
}


@pytest.mark.parametrize("case", CHANGED)
def test_what_is_put_on_a_statement_afterwards_is_named(
    case: str, stated: Callable[[str], Path], coop: Path, quick: Run
) -> None:
    statement = stated("pdf")
    change, said = CHANGED[case]
    writer = PdfWriter(clone_from=PdfReader(statement))
    change(writer)
    writer.write(statement)
    done = quick("verify", str(statement), "--coop", str(coop))
    assert (done.status, done.err) == (1, ""), done.out
    assert said in done.out


def test_a_page_that_is_gone(stated: Callable[[str], Path], coop: Path, quick: Run) -> None:
    statement = stated("pdf")
    writer = PdfWriter(clone_from=PdfReader(statement))
    assert len(writer.pages) > 1
    writer.remove_page(1)
    writer.write(statement)
    done = quick("verify", str(statement), "--coop", str(coop))
    assert done.status == 1
    assert "bladen bij gekomen of weg" in done.out


def by_pypdf(data: bytes) -> bytes:
    out = io.BytesIO()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.add_metadata({"/Producer": "een ander", "/Title": "Mijn mei"})
    put(writer.pages[0], "/Rotate", NumberObject(0))
    put(writer.pages[0], "/Annots", ArrayObject())
    put(writer.root_object, "/PageMode", NameObject("/UseNone"))
    writer.compress_identical_objects()
    writer.write(out)
    return out.getvalue()


def unpacked(data: bytes) -> bytes:
    out = io.BytesIO()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        page.compress_content_streams()
    writer.write(out)
    return out.getvalue()


def by_pdfium(data: bytes) -> bytes:
    out = io.BytesIO()
    with pdfium.PdfDocument(data) as document:
        document.save(out, version=17, flags=raw.FPDF_NO_INCREMENTAL)
    return out.getvalue()


@pytest.mark.parametrize("save", [by_pypdf, unpacked, by_pdfium])
def test_a_statement_that_was_only_saved_again_is_right(
    save: Callable[[bytes], bytes], stated: Callable[[str], Path], coop: Path, quick: Run
) -> None:
    statement = stated("pdf")
    before = statement.read_bytes()
    statement.write_bytes(save(before))
    assert statement.read_bytes() != before
    done = quick("verify", str(statement), "--coop", str(coop))
    assert (done.status, done.err) == (0, ""), done.out
    assert "anders opgeslagen" in done.out


def test_a_statement_behind_a_password(stated: Callable[[str], Path], coop: Path, quick: Run) -> None:
    statement = stated("pdf")
    writer = PdfWriter(clone_from=PdfReader(statement))
    writer.encrypt("geheim", algorithm="RC4-128")
    writer.write(statement)
    done = quick("verify", str(statement), "--coop", str(coop))
    assert done.status == 1
    assert "is geen overzicht uit deze boeken" in done.err


PAGES = {
    "a script": ("</body>", "<script>document.body.textContent = 'x'</script></body>", "<script>"),
    "a style": ("</head>", "<style>.total { display: none }</style></head>", ".total { display: none }"),
    "a picture": ("</body>", '<img src="https://voorbeeld.nl/x.png"></body>', "<img"),
    "an action": ("<body>", '<body onload="alert(1)">', "onload"),
    "an element that hides": ("<table", "<table hidden", "hidden"),
    "a frame": ("</body>", "<iframe src=x></iframe></body>", "<iframe"),
    "a jump": (
        "</head>",
        '<meta http-equiv="refresh" content="0;url=https://voorbeeld.nl"></head>',
        "refresh",
    ),
    "another end": ("</h1>", "</h1></main>", "</main>"),
}


@pytest.mark.parametrize("case", PAGES)
def test_what_is_put_in_a_page_is_named(
    case: str, stated: Callable[[str], Path], coop: Path, quick: Run
) -> None:
    statement = stated("html")
    old, new, said = PAGES[case]
    page = statement.read_text("utf-8")
    assert old in page
    statement.write_text(page.replace(old, new, 1), "utf-8")
    done = quick("verify", str(statement), "--coop", str(coop))
    assert (done.status, done.err) == (1, "")
    assert said in done.out


def test_a_page_that_a_browser_saved_is_right(stated: Callable[[str], Path], coop: Path, quick: Run) -> None:
    statement = stated("html")
    page = statement.read_text("utf-8").replace("<!doctype html>", "<!DOCTYPE html>\n<!-- saved from url -->")
    page = page.replace("<tbody>", "").replace("</tbody>", "").replace("\n", "\r\n")
    page = re.sub(r"<(rect|path|line)([^>]*)/>", r"<\1\2></\1>", page)
    page = page.replace(
        '<meta charset="utf-8">', '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">'
    )
    statement.write_bytes(page.encode())
    done = quick("verify", str(statement), "--coop", str(coop))
    assert (done.status, done.err) == (0, ""), done.out


def test_a_text_saved_by_another_editor_is_right_and_one_with_a_line_more_is_not(
    stated: Callable[[str], Path], coop: Path, quick: Run
) -> None:
    statement = stated("txt")
    text = statement.read_text("utf-8")
    statement.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() + b"\r\n")
    done = quick("verify", str(statement), "--coop", str(coop))
    assert (done.status, done.err) == (0, ""), done.out
    for changed in (
        f"Let op: er komt nog wat.\n{text}",
        text.replace("\n\n", "\nbetaald\n", 1),
        text + "toegezegd\n",
    ):
        statement.write_text(changed, "utf-8")
        assert quick("verify", str(statement), "--coop", str(coop)).status == 1


def test_a_page_may_give_an_attribute_twice_or_without_a_value(
    stated: Callable[[str], Path], coop: Path, quick: Run
) -> None:
    page = stated("html")
    text = page.read_text("utf-8")
    assert "<body" in text
    page.write_text(text.replace("<body", "<body lang lang='nl'", 1), "utf-8")
    done = quick("verify", str(page), "--coop", str(coop))
    assert (done.status, "lang" in done.out) == (1, True)
