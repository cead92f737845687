"""Every problem that books, ledgers and rules can have: the one list that all commands go by."""
