"""Randomness is passed in, so that published vectors run the real path; production hands in `os.urandom`."""

from collections.abc import Callable

RandomSource = Callable[[int], bytes]
"""Takes a number of bytes, returns that many unpredictable ones."""
