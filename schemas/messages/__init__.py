"""One file a conversation; every message is defined here, once."""
