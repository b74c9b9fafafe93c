"""What machines, storage and hours an installation needs: computed from a plan and from what single things cost.

Pure: numbers in, numbers out. No database, no folder, no clock. What one thing costs is data (`unit_costs.yaml`),
measured by `make bench ARGS="--only unit_costs"`; what is taken for granted stands in `assumptions.py`.
"""
