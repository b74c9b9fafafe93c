"""Programs that people would use instead, measured on the same sets, each in an environment of its own below var/.

Nothing here is imported by them: a peer is a folder with pinned requirements and a program that reads and writes files.
"""
