"""The pure heart: no files, clock, environment or printing in here."""
