"""Audio to numbers, one file a measure, each opening with its conventions."""
