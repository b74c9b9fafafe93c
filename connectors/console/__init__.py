"""What the pages of the officer's console stand on: roles, accounts, the record of what was done. No Flask here."""
