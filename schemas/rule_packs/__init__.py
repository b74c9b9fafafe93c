"""Definitions that differ by region and year, as versioned data; what reads them stands beside them."""
