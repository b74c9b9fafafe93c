"""Bytes in, bytes out: the primitives and formats, each in one file. No I/O."""
