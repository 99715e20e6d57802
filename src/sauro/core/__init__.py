"""The seven nouns, the one doorway and the journal.

This room owns actors, definitions, records, grants, commitments, events and indicators, and every rule that holds
for all of them. It knows no module: what a dossier or a task is, it learns from the actions that register here.
"""
