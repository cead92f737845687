"""The command line: a file a command, thin around the core."""
