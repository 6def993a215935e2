"""The widgets: laid out in one pass, drawn from the palette. No KivyMD."""
