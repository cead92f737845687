"""A PDF that says of itself that it has a Factur-X invoice inside."""

import re

from scharrel.formats.cii import FACTUR_X

_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_SAID = {
    "DocumentType": ("INVOICE", "The type of the hybrid document"),
    "DocumentFileName": (FACTUR_X, "The name of the embedded XML document"),
    "Version": ("1.0", "The version of the standard applying to the embedded XML document"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded XML document"),
}
_PROPERTIES = "".join(
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
    f"<pdfaProperty:description>{means}</pdfaProperty:description>"
    f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType></rdf:li>"
    for name, (_, means) in _SAID.items()
)
_SCHEMA = (
    '<rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
    f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
    f"<pdfaSchema:property><rdf:Seq>{_PROPERTIES}</rdf:Seq></pdfaSchema:property></rdf:li>"
)
_DESCRIPTION = (
    f'<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">'
    + "".join(f"<fx:{name}>{said}</fx:{name}>" for name, (said, _) in _SAID.items())
    + "</rdf:Description>"
)
_METADATA = re.compile(
    rb"(?m)^(\d+) 0 obj\s*<</Length \d+/Type/Metadata/Subtype/XML>>\s*stream\n(.*?)\s*endstream", re.DOTALL
)
_TRAILER = re.compile(rb"trailer\s*<<(.*)>>\s*startxref\s+(\d+)\s+%%EOF\s*$", re.DOTALL)


def with_facturx(pdf: bytes) -> bytes:
    """The PDF as Typst made it, with this in its metadata: an update behind it, as the standard has it."""
    metadata, trailer = _METADATA.search(pdf), _TRAILER.search(pdf)
    assert metadata
    assert trailer
    lists, end = "</rdf:Bag></pdfaExtension:schemas>", "</rdf:RDF>"
    text = metadata[2].decode()
    assert text.count(lists) == text.count(end) == 1
    text = text.replace(lists, _SCHEMA + lists).replace(end, _DESCRIPTION + end)
    packet, number = text.encode(), int(metadata[1])
    made = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    at = len(made)
    made += b"%d 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n" % (number, len(packet))
    made += packet + b"\nendstream\nendobj\n"
    table = len(made)
    made += b"xref\n%d 1\n%010d 00000 n\r\n" % (number, at)
    return made + b"trailer\n<<%s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n" % (trailer[1], trailer[2], table)
