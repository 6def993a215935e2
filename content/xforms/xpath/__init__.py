"""XPath 1.0 with the ODK functions: text to tokens to a tree to Python closures. Pure."""
