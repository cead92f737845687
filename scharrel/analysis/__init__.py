"""What can be known of a rule pack alone: exact, for every amount. Pure, like the core that it runs."""
