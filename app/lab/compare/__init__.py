"""Compare: chats, panes, asking, recording, and what a race tells."""
