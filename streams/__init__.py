"""What flows, and the words for it: frames, readings, the line to the broker, and the wire contract. Imports nothing of ours."""
