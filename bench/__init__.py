"""Ratios measured in one run on the same work: ours against a peer or a bare limit, turn by turn.

Absolute rates tell of the machine and of what else it does; ratios of turns that follow one another tell of us.
Nothing here asserts a time.
"""
