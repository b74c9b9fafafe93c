"""Who is believed, and in which order: pure rules over bytes and now. No I/O."""
