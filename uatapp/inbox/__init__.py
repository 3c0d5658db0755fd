"""What waits for a person: "My work"."""
