"""Lists of products that customers keep for later, and show to others by a link."""
