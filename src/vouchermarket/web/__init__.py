"""HTTP: guards, problem details, the API and its page."""
