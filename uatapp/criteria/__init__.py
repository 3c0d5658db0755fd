"""Exit criteria: rules that the program evaluates, each with the rows behind it."""
