"""What training reads: rows of pairs, plain text, FAQ corpora; and how a corpus is split for measuring."""
