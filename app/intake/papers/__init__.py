"""Answers and agreements on paper: PDF for people, a table for spreadsheets."""
