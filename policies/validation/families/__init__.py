"""The checks, one family a file: each file has its CHECKS, texts as data, and its RULES, small functions."""
