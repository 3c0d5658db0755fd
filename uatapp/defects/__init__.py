"""Defects: raised, triaged, fixed, tested again by who found them."""
