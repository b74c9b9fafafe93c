"""Emergency access (P16): the calls that this agency makes and reviews, and the notices of those made to it."""
