"""Pages of the watching room."""
