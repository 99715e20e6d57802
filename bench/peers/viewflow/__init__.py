"""django-viewflow's workflow: a Flow class, its Process and Task models."""
