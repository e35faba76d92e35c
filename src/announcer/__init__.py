"""One press release in; feeds, posts and newsletters out, each at its moment."""

__version__ = "0.1.0"
