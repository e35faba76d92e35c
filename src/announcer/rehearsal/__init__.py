"""A campaign in fast-forward: the real code on a scratch database, into the sandbox. Only `now` is driven."""
