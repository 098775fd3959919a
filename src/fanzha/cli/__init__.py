"""The commands: parse, call one service, show. One file per verb; heavy imports inside the verb, never at the top."""
