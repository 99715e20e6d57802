"""Pure rules of steering: no database, no clock of their own."""
