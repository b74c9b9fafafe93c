"""The accounting to a child's guardian: the handles an office asks with, and the letter, which alone bears the name."""
