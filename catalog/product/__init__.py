"""What is for sale and where, as it is kept: channels, views, attributes, categories, products and their parts.

Owns: the tables that every other slice reads, and the queue of changed products. Never: a price, a page or a command.
"""
