"""Command line of the gateway."""

from gateway.cli.main import main

__all__ = ["main"]
