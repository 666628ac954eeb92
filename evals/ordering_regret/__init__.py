"""What the product's ordering rules cost more than the exact optimum, on simulated known demand."""
