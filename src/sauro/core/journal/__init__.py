"""The journal: events in a tree that only grows, and everything that follows from it.

``sealer`` gives committed events their ``leaf_index``; ``consumers`` read in that order and no other;
``checkpoints`` and ``proofs`` let strangers verify; ``verify`` and ``replay`` show that neither the events nor the
state that follows from them was altered.
"""
