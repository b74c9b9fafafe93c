"""What linkage is worth and what it gives away, measured on synthetic data; never part of a running system."""
