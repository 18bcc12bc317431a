"""Flesch and Kincaid's grade of an English text: words in a sentence, syllables in a word."""

import re


def grade(text):
    """The US school grade in which most can read it."""
    sentences = [each for each in re.split(r"[.?:]+(?:\s|$)", text) if each.strip()]
    words = _words(text)
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def word_count(text):
    return len(_words(text))


def _words(text):
    return re.findall(r"[A-Za-z0-9'’-]+", text)


def _syllables(word):
    letters = re.sub(r"[^a-z]", "", word.lower())
    if len(letters) > 3 and not letters.endswith("le"):
        letters = re.sub(r"(?:es|ed|e)$", "", letters)
    return max(1, len(re.findall(r"[aeiouy]{1,2}", letters)))
