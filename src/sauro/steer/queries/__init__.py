"""Reads of instruments and tasks; each begins with who asks."""
