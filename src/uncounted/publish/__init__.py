"""What may leave: disclosure control, tables, figures, the report, the bundle, verification."""
