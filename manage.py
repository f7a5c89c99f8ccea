#!/usr/bin/env python3
from iamconsole.cli import main

if __name__ == "__main__":
    main()
