"""The requester's side: a roster in, outcomes and answers out, each with its receipt."""
