"""What a person calls a language in, its tag out."""

#: By tag: its name in English, and in itself.
NAMES = {
    "ar": ("Arabic", "العربية"),
    "bg": ("Bulgarian", "български"),
    "bn": ("Bengali", "বাংলা"),
    "cs": ("Czech", "čeština"),
    "cy": ("Welsh", "Cymraeg"),
    "da": ("Danish", "dansk"),
    "de": ("German", "Deutsch"),
    "el": ("Greek", "ελληνικά"),
    "en": ("English", "English"),
    "es": ("Spanish", "español"),
    "fa": ("Persian", "فارسی"),
    "fi": ("Finnish", "suomi"),
    "fr": ("French", "français"),
    "ga": ("Irish", "Gaeilge"),
    "gu": ("Gujarati", "ગુજરાતી"),
    "he": ("Hebrew", "עברית"),
    "hi": ("Hindi", "हिन्दी"),
    "hr": ("Croatian", "hrvatski"),
    "ht": ("Haitian Creole", "kreyòl ayisyen"),
    "hu": ("Hungarian", "magyar"),
    "it": ("Italian", "italiano"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어"),
    "lt": ("Lithuanian", "lietuvių"),
    "lv": ("Latvian", "latviešu"),
    "nl": ("Dutch", "Nederlands"),
    "no": ("Norwegian", "norsk"),
    "pa": ("Punjabi", "ਪੰਜਾਬੀ"),
    "pl": ("Polish", "polski"),
    "pt": ("Portuguese", "português"),
    "ro": ("Romanian", "română"),
    "ru": ("Russian", "русский"),
    "sk": ("Slovak", "slovenčina"),
    "so": ("Somali", "Soomaali"),
    "sv": ("Swedish", "svenska"),
    "tl": ("Tagalog", "Tagalog"),
    "tr": ("Turkish", "Türkçe"),
    "uk": ("Ukrainian", "українська"),
    "ur": ("Urdu", "اردو"),
    "vi": ("Vietnamese", "tiếng Việt"),
    "zh": ("Chinese", "中文"),
}
BY_NAME = {name.casefold(): tag for tag, names in NAMES.items() for name in names}


def language_tag(words: str) -> str:
    """The tag of a language that is named or tagged, such as “English”, “español” or “es_mx”; else the words as they are.

    English is one language here: what differs in the United Kingdom belongs to the region.
    """
    name = " ".join(words.split()).casefold()
    if name in BY_NAME:
        return BY_NAME[name]
    first, _, country = name.replace("_", "-").partition("-")
    if first == "en" or not country:
        return first if first in NAMES else words
    return f"{first}-{country.upper()}" if first in NAMES else words
