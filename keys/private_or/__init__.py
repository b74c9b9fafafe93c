"""The private OR: what several offices know of both parents becomes one answer, and nobody learns who knew it.

Bytes, values and randomness in, bytes and values out. Nothing here reads a record, a clock or a file, and nothing
here knows what the statuses mean: that is in `schemas/parental_status.py`.

    keeper, requester  make_opening_share          one sealing key, of which each can open a half
    office, in turn    padded_inputs, find_rows    which rows are its own persons
                       mark_rows                   set marks; every row looks new afterwards
    gateway            conceal_answer              nine ciphertexts, one of which holds the answer
    keeper             remove_share
    requester          reveal_answer
"""
