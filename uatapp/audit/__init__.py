"""The audit trail: a hash chain per project and one for the system."""
