"""Pages of the officer's console, one blueprint a group: inside the agency, where names may be seen."""
