"""The provider's side: decide once more, evaluate, release. It has the last word."""
