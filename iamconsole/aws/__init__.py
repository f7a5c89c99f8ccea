"""AWS's own words: errors, names, identifiers, ARNs, quotas, pages and the password policy. Standard library only."""
