"""The page shell every module shares: templates, components, template tags, translations."""
