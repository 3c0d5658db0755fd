"""Sign-offs: frozen scope, signatures, waivers, conditions, certificates."""
