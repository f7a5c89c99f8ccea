"""The project: settings, addresses, the gate, the audit trail and the console shell."""
