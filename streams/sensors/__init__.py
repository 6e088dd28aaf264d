"""Where readings come from: each source opens, yields readings, and raises SourceLost when the weather turns."""
