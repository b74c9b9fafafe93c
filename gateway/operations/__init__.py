"""What keeps a gateway running: figures for Prometheus, the examination (`doctor`), backup and restore."""
