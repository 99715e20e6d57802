"""Papers and messages of a dossier: pure functions from facts to PDF, signature and notice. No models, no acts.

`render` prints a document, `signing` and `verification` put a signature on it and check one, `notices` writes
what the applicant is told at each step. All of it is slow or talks of the outside, so the worker calls it.
"""
