"""Rule packs and what goes with them, as files."""
