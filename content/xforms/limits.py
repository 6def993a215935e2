"""Limits on hostile input. Each is far above what the largest public forms use."""

from __future__ import annotations

FORM_BYTES_MAX = 64 * 1024 * 1024
"""An XForm file."""
MEDIA_BYTES_MAX = 256 * 1024 * 1024
"""One attached list."""
EXPRESSION_CHARS_MAX = 65_536
"""One XPath expression (the longest seen in public forms: 11,000)."""
EXPRESSION_DEPTH_MAX = 120
"""Nesting of one expression; also keeps evaluation inside Python's recursion limit."""
TREE_DEPTH_MAX = 200
"""Nesting of groups in a record."""
ROWS_MAX = 10_000
"""Rows of one repeat in one record."""
NODES_MAX = 500_000
"""Nodes of one record, all repeats together."""
REFERENCES_MAX = 300_000
"""Places all expressions of a form read, taken together (the largest public forms: 20,000)."""
EVALUATION_STEPS_MAX = 3_000_000
"""Rules run, or nodes looked at by predicates, for one answer before the session gives up."""
VALUE_CHARS_MAX = 2_000_000
"""One stored value."""
REGEX_CHARS_MAX = 10_000
"""One regular expression."""
REGEX_STATES_MAX = 20_000
"""States of one compiled regular expression."""
TABLE_ROWS_MIN = 500
"""A choice list with more rows than this is kept in a table, not as nodes."""
