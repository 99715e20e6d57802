"""What a pack must satisfy beyond its shape, one file per kind of thing; each finding has a file and a line."""
