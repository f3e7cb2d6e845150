"""The customer as a pure state machine over a strict YAML file."""
