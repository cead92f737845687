"""scharrel letter: what the municipality writes, beside the books."""
