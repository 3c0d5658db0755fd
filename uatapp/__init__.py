"""uatapp: agree what software must do, try it, and sign that it does."""

import gc

# Imports, requests and uploads make many objects, and few that refer to each other in rings: those are looked for
# less often than Python does by itself. Starting and importing take a fifth less time.
gc.set_threshold(50_000, 20, 50)
