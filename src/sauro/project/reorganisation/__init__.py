"""Reorganisation day: choosing what is merged or split, seeing beforehand what moves, deciding it, and what came of it."""
