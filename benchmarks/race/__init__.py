"""How fast is the engine beside Asterisk's `Queue()`? The same Asterisk, phones and callers, in turns, in one run."""
