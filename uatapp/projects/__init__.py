"""Projects: members, units, business processes, environments and builds."""
