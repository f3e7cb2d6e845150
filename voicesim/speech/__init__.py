"""Who said what when: words, utterances, speech activity, end of turn, and the ``Call``."""
