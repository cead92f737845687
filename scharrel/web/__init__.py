"""The books in the browser: an extension of Fava, and the small server that shows it on this machine only.

Needs the extra: `pip install "scharrel[web]"`.
"""
