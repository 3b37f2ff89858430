"""How the shipped encoder is trained: packed pairs, a packed BERT with learnt quantisation, one loop. Reads `training/README.md` first."""
