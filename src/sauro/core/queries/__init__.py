"""Reads of the core; each begins with who asks, but for what is public by law (definitions, checkpoints)."""
