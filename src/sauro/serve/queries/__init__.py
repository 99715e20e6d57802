"""Reads of the one-stop room; each begins with the actor who asks, but for what is public by law."""
