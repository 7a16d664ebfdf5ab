"""`make new`: a project of the user's own, made from this one. `files/` holds what stands in place of our apps."""
