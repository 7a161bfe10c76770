# A thin alias: everything is in dev.py.
.PHONY: demo test lint bench docs lock
demo test lint bench docs lock:
	python3 dev.py $@
