"""The frame of every page: templates, navigation, panels, security headers, feedback. It knows no stage."""
