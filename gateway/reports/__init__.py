"""Files and tables for people, made from entries of the log: pure, with no database and no clock."""
