"""Pure rules of the invariants: no database, no clock of their own; every one is property-tested."""
