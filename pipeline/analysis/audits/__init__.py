"""Between inspections: a provider's own case audits, month by month, held against the inspection.

Here belongs what is made of ``case_audits``, ``audit_targets`` and ``case_allocations``. Audits are
the provider's own and no published figures; their pages say so.
"""
