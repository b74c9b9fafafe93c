"""The agency's half of the log: what it asked and answered is in the log as it was, and nothing else in its name."""
