"""handouts turns topic files that clinic staff can read into print-ready patient leaflets."""

__version__ = "0.1.0"
