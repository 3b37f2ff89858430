"""What is learned from rows: one table of losses, those of sentence-transformers where it has them."""
