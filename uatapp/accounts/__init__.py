"""People: users, organisations, invitations, sessions and guessing limits."""
