"""Reports: executed results as a spreadsheet."""
