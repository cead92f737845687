"""The commands about invoices."""
