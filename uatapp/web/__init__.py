"""Flask glue: access, problems, forms, filters, headers, assets. Knows the kernel only."""
