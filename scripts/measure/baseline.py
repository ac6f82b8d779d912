"""What one writes in Python for the same tags, findings and masks: jieba cuts the text, its words are looked up in the
tagger's own tables, terms of the review are one alternation of `re`, and each kind of personal data is one pattern.
No classifier, no exemptions, no fingerprint: it does less than what it is measured against."""

import itertools
import json
import logging
import re
import sys
import time
import unicodedata

import jieba

DATA = "functions/tagging/data/"


def lines(name):
    with open(DATA + name, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]


WORDS = {}
for kind, name, value, words in lines("words.tsv"):
    for word in words.split():
        WORDS.setdefault(word.replace("_", " ").lower(), []).append((kind, name, value))
        jieba.add_word(word.replace("_", " "))

CLASSES = {name: words.split() for name, words in lines("review/classes.tsv")}


def expand(template):
    parts = re.split(r"\{(\w+)\}", template)
    choices = [CLASSES[part] if place % 2 else [part] for place, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*choices)]


TERMS = {}
for category, level, terms in lines("review/terms.tsv"):
    for template in terms.split():
        for term in expand(template.replace("_", " ")):
            TERMS[term.lower()] = (category, level)
TERM = re.compile("|".join(re.escape(term) for term in sorted(TERMS, key=len, reverse=True)))

MASKS = [
    ("CN_ID", re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")),
    ("EMAIL", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    ("CN_MOBILE", re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?|0086[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])")),
    ("BANK_CARD", re.compile(r"(?<![0-9A-Za-z])[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{3,7}(?![0-9A-Za-z])")),
    ("INTL_PHONE", re.compile(r"\+\d{1,3}(?:[ -]?\d{2,4}){2,4}")),
    ("CN_LANDLINE", re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")),
    ("WECHAT_ID", re.compile(r"微信号?[:：]?\s*[A-Za-z][\w-]{5,19}")),
    ("QQ_ID", re.compile(r"[Qq]{2}号?[:：]?\s*[1-9]\d{4,10}")),
]


def tag(text):
    normal = unicodedata.normalize("NFKC", text).lower()
    tags = {}
    place = 0
    for token in jieba.cut(normal):
        for found in WORDS.get(token, ()):
            tags.setdefault(found, []).append((place, place + len(token)))
        place += len(token)
    findings = [(match.start(), match.end(), TERMS[match.group()]) for match in TERM.finditer(normal)]
    inventory = {}
    for kind, pattern in MASKS:
        text, count = pattern.subn(f"[{kind}]", text)
        if count:
            inventory[kind] = count
    return tags, findings, inventory, text


def least(text):
    times = []
    for _ in range(max(5, min(300, 300_000 // len(text)))):
        start = time.perf_counter()
        tag(text)
        times.append((time.perf_counter() - start) * 1e6)
    return min(times)


if __name__ == "__main__":
    jieba.setLogLevel(logging.WARNING)
    with open(sys.argv[1], encoding="utf-8") as file:
        texts = json.load(file)
    jieba.initialize()
    tag(texts[0])
    json.dump([least(text) for text in texts], sys.stdout)
