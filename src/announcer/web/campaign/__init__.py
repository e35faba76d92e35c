"""The pages of a campaign at the desk: timeline, previews, approvals, changes, the day, report, rehearsal."""
