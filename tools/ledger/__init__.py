"""What the desk remembers: rows and their transactions; only the desk, the executor and reports read it."""
