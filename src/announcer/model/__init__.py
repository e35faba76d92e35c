"""The words of the house as frozen values. Open to every room; imports none."""
