"""Sound as numbers: clips, spans, levels, resampling, the telephone line's sound."""
