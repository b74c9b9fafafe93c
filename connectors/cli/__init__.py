"""`tongxin-connector`: what an agency's officers and administrators type. Chinese first, English beside it."""

from hosting.loading import loading_a_program

with loading_a_program():
    from connectors.cli.main import main

__all__ = ["main"]
