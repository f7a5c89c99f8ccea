"""What a class does to its student accounts, each authorized by an action of AWS Organizations."""
