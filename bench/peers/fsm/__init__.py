"""django-fsm-2: a transition, save() in a transaction, and an audit row."""
