"""The commands: each asks for its options, calls the room that does the work, and reports."""
