"""Attendance, the provider's report, the teacher's word and the registrar's verification."""
