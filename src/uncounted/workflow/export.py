"""Leave with everything: a case file's reports in clear, in forms that others read."""

from uncounted.export.write import FORMS, Form, write

__all__ = ["FORMS", "Form", "write"]
