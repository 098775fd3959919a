"""A made city with a known truth: people who live and pay, and gangs that defraud some of them; all of it 模拟.

`build_city` makes it from a size and a seed, the same each time; `days` streams what was paid, day by day. What nobody at
a desk can know (who is a mule, which payment carries whose money) is the city's `Truth`, and is kept apart.
"""
