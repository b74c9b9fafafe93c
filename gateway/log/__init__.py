"""The audit log: events, journal, tree, checkpoints, bundles."""
