"""What crosses an agency's border: shapes, catalogues and pure rules. Imports nothing of ours."""
