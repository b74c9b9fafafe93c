"""Command line of the gateway."""

from hosting.loading import spared_the_collector

with spared_the_collector():
    from gateway.cli.main import main

__all__ = ["main"]
