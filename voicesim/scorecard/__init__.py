"""The rubric, and the card that measures and behaviours make under it."""
