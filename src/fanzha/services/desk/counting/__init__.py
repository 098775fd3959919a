"""Records of work counted one by one: each says what it adds to which figure, and to which part of it."""
