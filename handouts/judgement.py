"""What a program cannot judge: the questions that a person answers before standing behind a leaflet.

They ask, in our own words, for what two published instruments ask for and `quality` cannot see: PEMAT-P (Agency for
Healthcare Research and Quality, 2013) and the Clear Communication Index (Centers for Disease Control and Prevention,
2019). The number is that of the item there.
"""

#: id: a question, to be answered with yes.
QUESTIONS = {
    "facts": "Is every statement right, for this clinic's patients and in this country?",
    "pemat-1": "Is it plain at once what the leaflet is for?",
    "pemat-2": "Is there nothing in it that leads away from that?",
    "pemat-4": "Are medical terms used only where the reader needs them, and explained there?",
    "pemat-6": "Are the numbers clear and easy to understand?",
    "pemat-7": "Does the reader never have to work a sum?",
    "pemat-9": "Does each heading say what stands below it?",
    "pemat-10": "Is the order one that makes sense to a reader?",
    "pemat-15": "Is there a picture wherever one would help to understand?",
    "pemat-16": "Does each picture help, and none distract?",
    "pemat-18": "Is each picture clear and uncluttered?",
    "pemat-19": "Do tables have short, clear names for rows and columns?",
    "pemat-22": "Is each action broken into steps that can be done?",
    "pemat-25": "Is it said how to use each chart, table or diagram?",
    "pemat-26": "Is there a picture wherever one would help to act?",
    "cdc-4": "Does a picture support the main message?",
    "cdc-7": "Are the words those its readers use themselves?",
    "cdc-10": "Does the first paragraph say what matters most?",
    "cdc-11": "Does it say what is known, and what is not?",
    "cdc-13": "Does it say why the advice matters to the reader?",
    "cdc-14": "Does it say exactly how to do what it advises?",
    "cdc-18": "Does it say what the risk is, and for whom?",
    "cdc-19": "Does it say both what is good and what is bad about each treatment?",
}
