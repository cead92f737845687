"""Reading and writing: the only room that touches files and beancount."""
