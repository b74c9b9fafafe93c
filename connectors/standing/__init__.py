"""Standing questions: a roster registered once is asked about again by the clock, and only what changed is told."""
