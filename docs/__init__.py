"""The documentation. `python -m docs.generate` writes the pages of `reference/` that follow from the code."""
