"""The worked example: a distributor moves order entry, billing and warehouse to a new ERP."""
