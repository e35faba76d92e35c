"""Every verb, gathered: importing their modules puts them into the program."""

from __future__ import annotations

from announcer.cli import (
    add_verb,
    approval_verbs,
    bounce_verbs,
    campaign_verbs,
    change_verbs,
    digest_verbs,
    feed_verbs,
    hand_verbs,
    house_verbs,
    intake_verbs,
    people_verbs,
    person_verbs,
    playbook_verbs,
    post_verbs,
    press_verbs,
    publish_verb,
    rehearse_verb,
    sending_verbs,
    taking_verbs,
    upkeep_verbs,
    watch_verbs,
)
from announcer.cli.app import app

__all__ = [
    "add_verb",
    "app",
    "approval_verbs",
    "bounce_verbs",
    "campaign_verbs",
    "change_verbs",
    "digest_verbs",
    "feed_verbs",
    "hand_verbs",
    "house_verbs",
    "intake_verbs",
    "people_verbs",
    "person_verbs",
    "playbook_verbs",
    "post_verbs",
    "press_verbs",
    "publish_verb",
    "rehearse_verb",
    "sending_verbs",
    "taking_verbs",
    "upkeep_verbs",
    "watch_verbs",
]
