"""What keeps a connector running: figures for Prometheus, the examination (`doctor`), and restore."""
