"""Our own widgets: pieces placed in one pass, drawn from the palette. No KivyMD."""
