"""The widget: its public face, and what brings the choice to the screen."""
