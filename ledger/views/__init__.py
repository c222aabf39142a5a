"""One page group a file. A view finds its scoped object, builds a form, calls one action and answers."""
