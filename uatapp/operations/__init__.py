"""What IT staff and auditors do: bring the schema up, verify, look after the installation."""
