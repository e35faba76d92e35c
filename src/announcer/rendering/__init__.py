"""Facts and templates become what is said: one content per channel kind and language."""
