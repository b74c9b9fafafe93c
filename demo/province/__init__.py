"""A synthetic province: what four agencies would hold about its children, and the truth beside it."""

from demo.province.agencies import Agency
from demo.province.generate import ProvinceSummary, generate_province
from demo.province.rosters import PLANS as ROSTER_PLANS

__all__ = ["ROSTER_PLANS", "Agency", "ProvinceSummary", "generate_province"]
