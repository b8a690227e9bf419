"""What is done to content that is out: to correct, to withdraw, to replace, to recall it (docs/editorial.md)."""
