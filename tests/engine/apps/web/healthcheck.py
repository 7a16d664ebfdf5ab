import os
import urllib.request

with urllib.request.urlopen(f"http://{os.environ['HOST']}:{os.environ['PORT']}/health", timeout=2):
    pass
