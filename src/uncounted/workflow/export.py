"""Leave with everything: a case file's reports in clear, in forms that others read."""

from uncounted.export.write import FORMS, ExportSummary, Form, write

__all__ = ["FORMS", "ExportSummary", "Form", "write"]
