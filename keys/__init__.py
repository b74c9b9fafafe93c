"""All cryptography. No network, no database."""
