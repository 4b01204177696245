# Shortcuts; everything here is also a program of its own in bin/.
.PHONY: dev test fast lock docs

dev: ## application, worker and reload together, with a throw-away node
	bin/minga up --dev --reload --data minga-data

test: ## everything, as in CI
	bin/test

fast: ## static checks and quick tests on SQLite
	bin/test --fast

lock: ## requirements/*.in -> requirements/*.txt
	bin/lock

docs: ## generated pages and .env.example
	bin/minga docs write
