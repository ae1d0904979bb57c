"""The catalogue's part of Magento's own REST dialect: products, lists of them, categories. Reads only.

What is answered is the shop's own rows as capture keeps them (`catalog.legacy.tables`), told in the words and numbers
in which Magento tells them: `facts` says which stores, attributes and links there are, `shelf` reads all rows around
some products, `products`, `prices`, `parts` and `pictures` make a product's answer of them, `categories` those of the
tree, `criteria` and `listing` find the products of a search. `answers` is the way in.

It never answers what it cannot answer as Magento would: that is `NotHere`, and the router asks the shop itself.
"""
