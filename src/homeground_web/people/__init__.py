"""Who: accounts, roles per place, invitations, and the gate: who may do what, when."""
