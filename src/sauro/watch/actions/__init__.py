"""Every change of the watching room; importing this package registers the actions."""
