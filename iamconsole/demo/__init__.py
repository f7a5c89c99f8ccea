"""The demo account: people, groups, roles and policies to begin with, made through the operations."""
