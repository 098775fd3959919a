"""The interception drill: many made cities, one desk in each, several ways of deciding which order to send next.

Of the money that is reported, how much is stopped, and at what price in innocent money held and orders sent? Nothing here
is a finding about a real desk: `docs/drill.md` says what it rests on.
"""
