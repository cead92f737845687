"""The commands about the cooperative's bank accounts."""
