"""One page group a file. A view finds its county within reach, asks the forms for figures, and answers."""
