"""A statement handed to the driver as it is, as both programs do it."""

from hosting.database.driver_call import Values, call_driver, call_driver_for_each

__all__ = ["Values", "call_driver", "call_driver_for_each"]
