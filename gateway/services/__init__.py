"""One file for each thing that a person or a connector asks the gateway for. Knows nothing of Flask."""
