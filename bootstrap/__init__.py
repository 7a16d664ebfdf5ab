"""What an account needs once, before workflows of GitHub deploy a stack to it: `make bootstrap` makes it."""
