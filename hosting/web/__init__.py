"""What the pages of both programs share: frame, language, forms, tables, charts, headers. Knows neither program."""
