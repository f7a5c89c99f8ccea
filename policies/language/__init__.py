"""The IAM JSON policy language: documents with their places in the text, reading, checking and writing them."""
