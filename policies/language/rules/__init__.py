"""What IAM refuses to save although it is well formed: one element a file.

Rules: API_CreatePolicy (MalformedPolicyDocument); reference_policies_elements.
"""
