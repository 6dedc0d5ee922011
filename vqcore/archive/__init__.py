"""Very many pictures: one codebook for them, all of them encoded, here or on a cluster."""
