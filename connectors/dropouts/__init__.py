"""Keeping children in school (控辍保学): from a school's absence ledger to the county's ledgers and reports."""
