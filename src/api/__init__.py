"""Further Plume endpoints, each on top of plume_api_client."""
