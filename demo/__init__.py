"""A synthetic province and the one command that runs all of it."""
