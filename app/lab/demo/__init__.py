"""The demo model's levels."""
