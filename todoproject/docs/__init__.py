"""The pages for people who write clients: the API, its OpenAPI document, and what each error means."""
