"""`tongxin-connector`: what an agency's officers and administrators type. Chinese first, English beside it."""

from hosting.loading import spared_the_collector

with spared_the_collector():
    from connectors.cli.main import main

__all__ = ["main"]
