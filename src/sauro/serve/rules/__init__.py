"""Pure rules of the one-stop room: forms, fees, steps, statuses, the clock of a dossier. The moment is passed in."""
