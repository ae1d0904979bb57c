"""What customers say of products. Nothing is shown before staff have seen it; pages show the sum of what was approved.

Never holds a name that its author did not choose to show.
"""
