"""Papers of the desk: notices, decisions and forms as sources to be set."""
