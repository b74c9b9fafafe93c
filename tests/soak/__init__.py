"""Long mixed traffic with faults injected: what was answered is in the log, what was acknowledged exists once."""
