"""Command line of the demo."""


def main() -> None:
    """Placeholder entry so that the package installs; replaced with the real command."""
