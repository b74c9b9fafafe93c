"""Tables of counts that may be published: what is counted, what it adds up to, what is withheld. No names, no I/O."""
