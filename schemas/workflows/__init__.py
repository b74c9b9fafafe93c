"""Workflows between offices: who owns an item, what may happen next, by when. Pure rules: no time, network or store."""
