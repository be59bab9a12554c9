"""Lists whose letters are written in who knows what: read rightly, or not at all."""

from itertools import pairwise

import pytest

from handouts.guessing import guess

WESTERN = [
    "José",
    "Müller",
    "Zoë",
    "Siân",
    "Renée",
    "O’Neil",
    "François",
    "Muñoz",
    "Núñez",
    "Søren",
    "Åse",
    "Weiß",
    "João",
    "Gonçalves",
    "Conceição",
    "Björn",
    "Hélène",
    "Irène",
    "Anaïs",
    "Noël",
    "Chloë",
    "Benoît",
    "Loïc",
    "Gößling",
    "Rößler",
    "Bjørn",
    "Kjær",
    "Guimarães",
    "D’Angelo",
    "Mòrag",
    "Seán",
    "Étienne",
    "Ångström",
    "Øystein",
    "Inês",
    "Peña",
    "ZOË",
    "MÜLLER",
    "Nicolò",
    "Cœur",
    "Tomáš",
    "Hämäläinen",
    "Sjögren",
    "Agnès",
    "Geneviève",
    "Ibáñez",
    "Lucía",
    "Sinéad",
    "Róisín",
    "Günther",
    "Strauß",
]
#: Names as they are saved where other letters are needed.
ELSEWHERE = {
    "mac_roman": "José Muñoz Müller Zoë Siân Renée François Søren Jörg Böhm García Martín Díaz Jesús Ní O’Neil Luís Köln Thaís Eilís Györgyi Coördinator 20°",
    "cp1250": "Łukasz Żak Dvořák Přemysl Kovačević Zieliński Jiří Erdős Szűcs Wiśniewski Ondřej Martinů Havlíček Čapek Božič",
    "iso8859_2": "Łukasz Żak Dvořák Wiśniewski Šimon Małgorzata Dąbrowski Božič Aleš",
    "cp1251": "Иванов Петров Ольга Шевченко Яна Кузнецова",
    "koi8_r": "Иванов Петров Ольга Кузнецова",
    "cp1253": "Παπαδόπουλος Γιώργος Μαρία Άννα",
    "cp1254": "Yıldız Ayşe Şahin Erdoğan İbrahim Çelik Öztürk Gökçen Aydın Işık Kılıç Güneş",
    "cp1257": "Kazlauskienė Jānis Bērziņš Kārlis Līga Žydrūnas Jūratė Šarūnas Kalniņš Māra Ģirts Čepaitė",
    "shift_jis": "山田太郎 鈴木 ﾔﾏﾀﾞ 佐藤花子",
    "gb18030": "王伟 李娜 张敏",
    "iso8859_15": "Aleš Žižka Cœur José Müller",
    "cp850": "José Müller Muñoz François Zoë Søren Weiß Ångström João Simões ½ µg 37.5°C",
    "cp852": "Dvořák Łukasz Kovačević",
}


@pytest.mark.parametrize(
    "name", [*WESTERN, "don’t worry – it’s “fine”…", "£20", "20 °C", "½ tablet", "10 µg", "St Mary’s"]
)
def test_one_name_in_windows_1252_is_enough(name: str) -> None:
    """A clinic's list has one José in forty rows; refused, it would be saved without his accent."""
    assert guess([f"name,topics\n{name},neck\n".encode("cp1252")]) == "cp1252"


@pytest.mark.parametrize("encoding", ELSEWHERE)
def test_no_name_is_read_as_another(encoding: str) -> None:
    """“JosŽ” on a leaflet tells its reader that nobody looked. Each name alone, each two, and all, are read rightly or not."""
    names = ELSEWHERE[encoding].split()
    lists = [[name] for name in names] + [list(two) for two in pairwise(names)] + [names]
    for those in lists:
        text = "name;topics\r\n" + "".join(f"{name};neck\r\n" for name in those)
        found = guess([text.encode(encoding)])
        assert found is None or text.encode(encoding).decode(found) == text, (those, found)


@pytest.mark.parametrize("encoding", ["cp1250", "mac_roman", "cp1251", "cp1254", "cp1257"])
def test_a_whole_list_is_read(encoding: str) -> None:
    """Many names leave one way to read them; who refuses such a list, too, sends a clinic away for nothing."""
    names = ELSEWHERE[encoding].removesuffix(" Zoë") + (" Łódź" if encoding == "cp1250" else "")
    names = names.replace("Luís ", "").replace("O’Neil ", "")
    assert guess([names.replace(" ", ";").encode(encoding)]) == encoding


def test_words_are_whole_wherever_the_file_is_cut() -> None:
    """Files are read in pieces; half a name could look like another."""
    data = "name,topics\nZoë Example,neck\n".encode("cp1252")
    assert guess(data[n : n + 1] for n in range(len(data))) == "cp1252"
