"""Relations between rows: rules by what they are about, and the list of them all (`rules`)."""
