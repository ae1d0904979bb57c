"""Ways to deliver and what they cost per channel and country. It knows carts only by country and goods total."""
