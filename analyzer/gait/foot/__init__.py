"""One foot through one run: contacts, stride lengths, foot-strike angles."""
