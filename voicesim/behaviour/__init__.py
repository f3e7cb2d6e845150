"""Words to observed behaviours, from pattern tables that a coach can read."""
