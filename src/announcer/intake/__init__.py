"""Text from outside becomes announcements and events: a proposal with its gaps, never a silent guess. Pure."""
