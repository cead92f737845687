"""A rule pack as sentences that members can read out, and what differs between two of them."""
