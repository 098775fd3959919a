"""Values that every room speaks: money, time, ids and the base errors."""
