"""The steering room's pages: the board of tasks, one task, drafting, instruments."""
