"""The press desk: the office's pages, on a listener and an origin of their own."""
