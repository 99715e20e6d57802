"""Peers, each used as its own documentation shows, each in a process with settings of its own."""
