"""Pure rules of numbers: what a case counts as, rates of Decision 766, doubts about claims, trajectories."""
