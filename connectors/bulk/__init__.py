"""Linkage of national sets: parts of Parquet files hashed, and hashed sets linked, on Apache Spark.

Spark moves work and packed hashes between processes. Identifiers in clear stand in the Python worker that reads them
and nowhere else: they are in no table, no plan and no shuffle of Spark.
"""
