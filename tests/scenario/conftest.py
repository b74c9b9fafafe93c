"""Lends the scene and the circle to the tests of this folder."""

from tests.circle import circle
from tests.scene import scene

__all__ = ["circle", "scene"]
