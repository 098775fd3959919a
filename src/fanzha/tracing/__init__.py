"""Follow stolen money: lots, allocation methods, exits, the frontier and what is stoppable.

Extract, then allocate: the ledger gives every transfer of every account that the money could have reached; the methods
here say, to the 分, whose money is where.
"""
