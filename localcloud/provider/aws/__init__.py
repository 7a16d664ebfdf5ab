"""The way to AWS's API: clients, and properties as an operation's input and back."""
