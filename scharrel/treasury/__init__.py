"""The treasurer's side as values: bank accounts, lines, invoices, VAT and payments."""
