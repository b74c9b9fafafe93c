"""This agency's parts in the private OR: stating, marking, resolving parents, keeping half of a key, asking."""
