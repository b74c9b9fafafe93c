"""Keeping children in school (控辍保学): reasons, limits of absence, duties to report. Rules and data, nothing else."""
