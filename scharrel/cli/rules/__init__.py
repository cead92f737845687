"""The commands about rules: what members can know before they decide."""
