"""Upgrades of the database: what is to come, in steps that are taken one by one, and the proof that nothing was lost."""
