"""The tiny models' vocabulary: special tokens, every letter, digit and ASCII mark, and common words and endings."""

import string

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

WORDS = ["a", "about", "account", "activate", "add", "address", "after", "again", "all", "also", "am", "an", "and", "annual", "another", "answer", "any", "app", "are", "as", "ask", "at", "back", "bank", "be", "because", "been", "before", "bill", "block", "but", "button", "buy", "by", "call", "can", "cancel", "card", "cash", "change", "charge", "check", "close", "code", "confirm", "contact", "cost", "could", "country", "credit", "customer", "daily", "date", "day", "days", "debit", "delay", "delete", "deliver", "delivery", "detail", "did", "discount", "do", "does", "dollar", "door", "each", "early", "email", "error", "euro", "exchange", "expire", "fast", "fee", "file", "find", "first", "for", "free", "from", "get", "gift", "give", "go", "good", "hand", "has", "have", "help", "here", "high", "home", "hour", "how", "if", "in", "invoice", "is", "it", "item", "job", "just", "keep", "key", "know", "last", "late", "letter", "like", "limit", "line", "link", "list", "loan", "log", "long", "lost", "make", "many", "me", "money", "month", "more", "mouse", "must", "my", "name", "need", "new", "next", "no", "not", "now", "number", "of", "off", "office", "old", "on", "one", "open", "or", "order", "our", "out", "over", "own", "page", "parcel", "pass", "password", "pay", "phone", "pin", "place", "plan", "please", "point", "price", "print", "public", "question", "refund", "reset", "return", "right", "sale", "save", "screen", "see", "send", "ship", "shop", "show", "sign", "size", "start", "step", "stop", "store", "take", "tax", "team", "tell", "test", "than", "that", "the", "their", "them", "then", "there", "they", "this", "ticket", "time", "to", "today", "too", "track", "try", "two", "up", "update", "use", "user", "very", "wait", "want", "was", "way", "we", "week", "what", "when", "where", "which", "who", "why", "will", "with", "work", "wrong", "year", "yes", "you", "your"]

ENDINGS = ["able", "ance", "ation", "ed", "el", "en", "er", "ers", "es", "est", "ful", "ing", "ion", "ity", "ive", "le", "less", "ly", "ment", "ness", "ous", "re", "s", "t", "th", "tion", "ty", "us", "y"]


def word_pieces() -> list[str]:
    """All pieces in id order, without repeats; all lower case, as the tokenizer lower-cases."""
    single = string.ascii_lowercase + string.digits
    pieces = SPECIAL + list(single) + [f"##{letter}" for letter in single] + list(string.punctuation)
    return list(dict.fromkeys(pieces + WORDS + [f"##{ending}" for ending in ENDINGS]))
