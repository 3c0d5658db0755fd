"""Gherkin, pure: parse, render, match identities. No Flask, no database."""
