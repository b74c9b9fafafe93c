"""Command line of the gateway."""

from hosting.loading import loading_a_program

with loading_a_program():
    from gateway.cli.main import main

__all__ = ["main"]
