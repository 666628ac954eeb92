"""The retail shop of tau2-bench, played on Shophand's own actions, facts, rules and desk."""
