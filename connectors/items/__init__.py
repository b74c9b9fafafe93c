"""Items between agencies as this agency handles them: papers in clear, steps on their way, what others did. No Flask.

Nothing here decides what a workflow allows: `schemas.workflows` does. Nothing is believed before it was verified.
"""
