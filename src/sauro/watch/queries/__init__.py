"""Reads of numbers; each begins with who asks, or gives only what is published."""
