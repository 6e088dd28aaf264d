"""Work to be done: the life of a case, and the photos that prove it."""
