"""Jobs of the clock that can be seen: each in one process at a time, with its last run noted in a table."""
