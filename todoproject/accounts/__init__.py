"""Users and their tokens: stateless access tokens, single-use refresh tokens, and the key ring that signs both."""
