"""Files that browsers ask for: found, compressed, cut into ranges, sent."""
