"""The 32 texts of parity.json: short and long, question and statement, other scripts, and things that break tokenizers."""

LONG = " ".join(
    f"Step {number}: open the account page, choose the order, and check that line {number} of the invoice is right."
    for number in range(1, 25)
)
"""Over 256 word pieces, so that truncation at the model's own limit is compared too."""

PARITY_TEXTS = [
    "hi",
    "refund?",
    "Where is my order?",
    "My parcel says delivered but there is nothing at the door.",
    "HOW DO I RESET MY PASSWORD",
    "how do i reset my pasword",
    "I was charged twice for the same purchase on 12/03, can you look into it?",
    "Can I change the delivery address after the order has been placed?",
    "please cancel my subscription at the end of the month",
    "What are your opening hours on public holidays?",
    "The app crashes as soon as I open the camera.",
    "Do you ship to Norway, and what does it cost?",
    "my card got eaten by the machine",
    "Which documents do I need to open a joint account?",
    "VPN won't connect from home (error 809)",
    "I'd like to speak to a human.",
    "Is there a student discount?",
    "thanks, that's all!",
    "What's the weather like on Mars?",
    "sing me a song about cheese",
    "IBAN DE89 3704 0044 0532 0130 00",
    "https://example.com/help?id=42#top does not load",
    "C++ or C#: which one do you teach?",
    "naïve café façade, déjà vu à São Paulo",
    "¿Dónde está mi pedido?",
    "Wie kann ich mein Konto löschen?",
    "我的包裹在哪里?",
    "где мой заказ",
    "👍🏽 great service 🎉",
    "  spaces   in\tthe\nwrong places  ",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    LONG,
]
