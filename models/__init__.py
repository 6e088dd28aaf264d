"""Pixels in, detections out. Knows arrays, not cameras; imports nothing of ours."""
