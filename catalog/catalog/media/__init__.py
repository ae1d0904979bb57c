"""Pictures and videos: their addresses, and smaller sizes of pictures, made once when somebody first asks."""
