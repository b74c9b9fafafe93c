"""What a serving gateway does by the clock. Every job may run in several workers at a time."""
