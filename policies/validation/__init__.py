"""What is wrong, risky or idle in a policy text: findings with their places."""
