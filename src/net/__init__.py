"""The request path below plume_api_client: tokens, budget, transport, errors."""
