"""A million dossiers from a few hundred: real cases, done by the doorway, copied under fresh identities."""
