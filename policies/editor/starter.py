"""The text with which a policy begins in the editor."""

__all__ = ["STARTER"]

STARTER = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Statement1",
            "Effect": "Allow",
            "Action": [],
            "Resource": []
        }
    ]
}
"""
