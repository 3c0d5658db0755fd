"""Jobs: queued in the transaction of the change, run at most once at a time, tried again when lost."""
