"""Evidence: screenshots and files, stored by their content."""
