"""The worked example: a distributor moves order entry, billing and warehouse to a new ERP."""

from uatapp.demo.making import build, sign_ins

__all__ = ["build", "sign_ins"]
