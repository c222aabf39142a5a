"""The demo prefecture: invented people in real places, the same at every start, so that each page has something to show."""
