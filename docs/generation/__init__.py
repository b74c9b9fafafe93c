"""One module a reference page: each returns the page's text from the code and catalogues that it describes."""
