"""Lines for `simulate`, each with a policy of its own, to see that a million do not grow its memory.

.venv/bin/python -m tests.fuzz.stream 1000000 | ./manage.py simulate > /dev/null
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

ACCOUNT = "111111111111"


def lines(count: int) -> Iterator[str]:
    for number in range(count):
        name, bucket = f"u{number}", f"arn:aws:s3:::b{number}/*"
        statements = [
            {"Sid": f"S{number}", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": bucket},
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {f"aws:Key{number}": "true"}}},
        ]
        yield json.dumps(
            {
                "id": str(number),
                "request": {
                    "principal": f"arn:aws:iam::{ACCOUNT}:user/{name}",
                    "action": f"s3:GetObject{number % 7 or ''}",
                    "resource": f"{bucket[:-1]}{number}",
                    "context": {"aws:username": [name]},
                },
                "policies": {
                    "identity": [{"name": name, "document": {"Version": "2012-10-17", "Statement": statements}}]
                },
            }
        )


if __name__ == "__main__":
    for line in lines(int(sys.argv[1])):
        sys.stdout.write(line + "\n")
