"""A thin layer over beancount: ledgers, chart and register as values."""
