"""Classes: student accounts of an organization, made from a roster. A guest: it uses everybody, nobody uses it."""
