"""The HTTP API for programs: tokens instead of sessions, JSON, the same office functions as the desk."""
