"""Records as the documents that interfaces give: amounts as decimal strings, times with their offset, persons masked."""
