"""The 20 % rule, sanctions, funding floors. Empty for now."""
