"""What search engines read: the sitemap of a view, and a product as structured data."""
