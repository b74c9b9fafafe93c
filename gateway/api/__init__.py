"""HTTP: turns requests into calls of services and what they return into responses. Decides nothing itself."""
