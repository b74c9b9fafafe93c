"""The demo's play: a gateway and four agencies are set up, agree, publish, ask, are refused, and check the log."""
