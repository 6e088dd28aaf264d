"""What tracks mean: zones, lines, occupancy, loitering, stopped vehicles. Pure: segments in, happenings out."""
