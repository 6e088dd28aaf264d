"""Where frames come from: each source opens, yields frames, and raises SourceLost when the weather turns."""
