"""The examination of a running program (`doctor`): findings, each with what to do next, and the checks both share."""
