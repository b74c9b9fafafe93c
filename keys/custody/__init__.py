"""The only code that reads or writes key files."""
