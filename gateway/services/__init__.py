"""One file for each thing that somebody asks of the gateway."""
