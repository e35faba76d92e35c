"""What keeps the house in order while nobody looks: health, figures, logs, backups, and the doctor."""
