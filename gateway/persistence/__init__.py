"""Tables, engines and migrations: the only code that speaks SQL."""
