"""Tests of LISTEN on the platform."""
