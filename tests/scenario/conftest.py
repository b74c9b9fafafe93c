"""Lends the scene to the tests of this folder."""

from tests.scene import scene

__all__ = ["scene"]
