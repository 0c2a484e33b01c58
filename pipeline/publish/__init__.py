"""Third floor: notebooks, charts and pages made from the processed tables."""
