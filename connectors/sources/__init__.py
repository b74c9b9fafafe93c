"""Where an agency's rows come from: workbooks, CSV files, databases. Read only; a value never leaves in an error."""
