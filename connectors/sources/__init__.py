"""Where an agency's rows come from: databases, workbooks, CSV files."""
