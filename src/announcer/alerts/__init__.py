"""What the office itself is told: reminders, alerts, the morning mail; and how it gets there."""
