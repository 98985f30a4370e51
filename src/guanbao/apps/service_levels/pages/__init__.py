"""Pages of service levels: `resources` the lists and forms, `workspace` an arrangement's panels, `views` the rest."""
