"""The ledger in files of one directory: facts and columns under a manifest that is replaced atomically."""
