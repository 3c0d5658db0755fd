"""Requirements: documents, their versions, and approval."""
