"""Linkage of files too large for one process: the same rules on parts, whose results are brought together.

Every step takes pieces of the files and gives pieces with an address; whoever runs it brings those of one address to
one worker. Joins, marks and comparison vectors are made there. What grows with the pairs alone, fitting and choosing,
is done once at the end by the very functions that judge a run. Nothing depends on how the files are cut.
"""
