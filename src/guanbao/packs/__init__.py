"""Content as data, never code: presets, mappings, wording, schemas. Each file names its source and version."""
