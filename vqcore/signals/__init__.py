"""What comes in, and how it is cut into vectors: pictures, and blocks of them."""
