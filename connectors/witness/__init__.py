"""This agency as a witness of the gateway's log: it cosigns one history only, and compares notes with the others.

A cosignature says: at this time this is the largest tree that I have seen of this log, and it grew from all that I
saw before. It does not say that the entries are true, or all there.
"""
