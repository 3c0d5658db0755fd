"""Test cases: one per pickle, versions frozen, made when a requirement version is approved."""
