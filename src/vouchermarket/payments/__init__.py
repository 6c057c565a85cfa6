"""Money leaving the building: instructions, attempts and gateways."""
