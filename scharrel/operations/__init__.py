"""What each command does: read, check, divide, check, write."""
