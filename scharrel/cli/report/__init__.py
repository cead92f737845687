"""The commands of `scharrel report`."""
