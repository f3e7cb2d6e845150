"""Where the sound of a live call comes from and goes."""
