"""What `verify` checks, one file a matter. Each check reads only, and reports through one `Report`."""
