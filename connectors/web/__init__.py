"""The connector's HTTP service, called by the gateway alone."""
