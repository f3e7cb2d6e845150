"""A recording or a call folder, made into a ``Call``."""
