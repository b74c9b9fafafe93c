"""Linking two files at one desk, before anybody signs anything: with the matcher's own code, without a gateway.

Nothing here opens a connection or keeps a value: records become hashes under a key that is drawn for one run and
forgotten with it, and what is reported are counts, row numbers and column names.
"""
