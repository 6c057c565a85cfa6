"""Long work with progress and a result. Empty until the second stage of the line."""
