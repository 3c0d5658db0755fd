"""Cycles of testing: scope, assignments, deployments."""
