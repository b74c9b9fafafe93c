"""The officer's work without pages: ledgers, questions, reviews, and what was asked of this agency."""
