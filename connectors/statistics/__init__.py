"""Statistics: a provider makes each table once a quarter and answers from what it kept; a requester asks and keeps."""
