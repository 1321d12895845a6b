"""Small servers that stand for what is outside: stateful, and reached over real HTTP."""
