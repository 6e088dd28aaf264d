"""What flows, and the words for it: frames, readings, the broker line, the wire. Imports nothing of ours."""
