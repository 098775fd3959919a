"""Measures on money and lines: what the law lets an officer do, for how long, with whose approval; and the way back.

Where to begin: `rules` and `purposes` read the dated tables; `model` says what a measure is, `lifecycle` what can happen
to it, `obstacles` and `policy` what may; `deciding`, `sending`, `receipts` and `ending` are its verbs; `clocks` says what
falls due; `return_plan`, `return_procedure` and `return_payments` bring money back to its owners; `appeals` answers.
A verb returns the new value and what happened; it leaves `version` as it was read, for the store to raise when it saves.
"""
