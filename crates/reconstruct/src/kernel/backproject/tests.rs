//! The fast back-projection held to its slow twin, and the twin to closed forms.
