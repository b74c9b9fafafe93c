"""What this system's linkage is measured against: other programs, each in an environment of its own.

Nothing here is imported by them: a peer is a folder with pinned requirements and a program that reads and writes files.
"""
