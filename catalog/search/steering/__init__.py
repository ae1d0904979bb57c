"""What staff have to say about searches: synonyms, redirects, merchandising. Read when asked: nothing is indexed anew.

Owns: the three tables and, in each process, what a view has of them, kept until the view's `steering` number grows.
"""
