"""Finding the same child on equal hashes only: levels of agreement, decoys, scoring, one-to-one, threshold.

Pure: arrays, key sets and numbers in, outcomes out. What runs at the gateway and what an office rehearses at its own
desk is this code. Nothing here knows an identifier, a database or a network; it imports `schemas`, NumPy and SciPy.
"""
