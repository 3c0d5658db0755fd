"""uatapp: agree what software must do, try it, and sign that it does."""
