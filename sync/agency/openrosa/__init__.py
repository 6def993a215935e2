"""OpenRosa: hands an agency's opened forms to the ODK server it already runs."""
