"""A Vietnamese street in Blender, with the exact truth of everything that moves in it."""
