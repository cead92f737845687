"""From allocations to words: tables, sentences and messages, in Dutch and English."""
