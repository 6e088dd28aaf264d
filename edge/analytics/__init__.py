"""What tracks mean: zones, lines, and the rules over them. Pure: segments in, happenings out."""
