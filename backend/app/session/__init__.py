"""Sign-in: one password for the whole app, and a cookie that proves it was given."""
