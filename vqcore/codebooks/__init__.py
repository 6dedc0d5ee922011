"""One codebook: nearest codewords, and the training of it."""
