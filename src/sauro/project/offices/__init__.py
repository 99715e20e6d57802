"""Offices and who may do what in them: leave and deputies, and the pages by which administrators keep the register.

These pages decide nothing: each change is an act, and the doorway looks up who may do it.
"""
