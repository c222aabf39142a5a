"""Designated hospitals, their liaisons and the inpatient stays."""
