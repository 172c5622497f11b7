"""What harms a cell when energy or calcium fail, and when it dies of it."""
