"""`tongxin-connector`: what an agency's officers and administrators type. Chinese first, English beside it."""

from connectors.cli.main import main

__all__ = ["main"]
