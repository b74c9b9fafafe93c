"""The gateway's console: pages for auditors and administrators. No name and no ID number of a child is here."""
