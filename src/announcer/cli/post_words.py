"""What the command line says of posts, their pictures and accounts, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "own_text_given": (
        "Ihr Text für {channel} ist gespeichert; er muss noch freigegeben werden.",
        "Your text for {channel} is stored; it still has to be approved.",
    ),
    "own_text_cleared": (
        "Ihr Text für {channel} ist zurückgenommen; es gilt wieder die Vorlage.",
        "Your text for {channel} is taken back; the template speaks again.",
    ),
    "without_alt": ("Bild ohne Alternativtext: {file}", "image without alt text: {file}"),
    "picture_added": (
        "Das Bild {file} gehört jetzt zur Mitteilung.",
        "The picture {file} now goes with the announcement.",
    ),
    "picture_described": ("Das Bild {file} ist beschrieben.", "The picture {file} is described."),
    "picture_removed": (
        "Das Bild {file} gehört nicht mehr zur Mitteilung.",
        "The picture {file} no longer goes with the announcement.",
    ),
    "picture": ("Bild", "Picture"),
    "attachment_added": (
        "Die Datei {file} gehört jetzt zur Mitteilung.",
        "The file {file} now goes with the announcement.",
    ),
    "attachment_removed": (
        "Die Datei {file} gehört nicht mehr zur Mitteilung.",
        "The file {file} no longer goes with the announcement.",
    ),
    "file": ("Datei", "File"),
    "file_title": ("Titel", "Title"),
    "file_size": ("Größe", "Size"),
    "press_link_made": (
        "Pressezugang für {holder}, gültig bis {until}. Die Adresse öffnet die Mitteilung auch vor Ablauf der "
        "Sperrfrist:",
        "Press access for {holder}, valid until {until}. The address opens the announcement even ahead of its embargo:",
    ),
    "press_link_once": (
        "Sie wird nur jetzt gezeigt. Schließen: announcer press-link revoke {number}",
        "It is shown only now. To close it: announcer press-link revoke {number}",
    ),
    "press_link_closed": (
        "Der Pressezugang für {holder} ist geschlossen.",
        "The press access for {holder} is closed.",
    ),
    "press_text": ("Mitteilung", "Announcement"),
    "press_holder": ("Für", "For"),
    "press_until": ("Gültig bis", "Valid until"),
    "press_opened": ("Geöffnet", "Opened"),
    "press_closed": ("geschlossen", "closed"),
    "alt_text": ("Alternativtext", "Alt text"),
    "credit": ("Bildnachweis", "Credit"),
    "none_yet": ("fehlt noch", "still missing"),
    "connect_open": (
        "Öffnen Sie diese Adresse im Browser, melden Sie sich mit dem Konto der Pressestelle an und stimmen Sie zu:",
        "Open this address in a browser, sign in with the press office's account and consent:",
    ),
    "connect_code": (
        "Danach zeigt der Server einen Code. Code:",
        "The server then shows a code. Code:",
    ),
    "connect_no_code": (
        "Der Code fehlt; geben Sie ein, was der Server zeigt",
        "the code is missing; type what the server shows",
    ),
    "connect_done": (
        "Verbunden mit @{account}. Der Zugang steht in {file}, nur für Sie lesbar. In config.toml gehört:",
        "Connected to @{account}. The token is in {file}, readable by you alone. In config.toml belongs:",
    ),
    # By hand
    "nothing_by_hand": ("Nichts ist von Hand zu tun.", "There is nothing to do by hand."),
    "since": ("Seit", "Since"),
    "post_text": ("Text", "Text"),
    "hand_publish": ("Veröffentlichen", "Publish"),
    "hand_correct": ("Richtigstellen", "Correct"),
    "hand_withdraw": ("Löschen", "Delete"),
    "message_number": ("Nachricht", "Message"),
    "hand_answer": ("Antwort", "Answer"),
    "nothing_posted": ("Dazu ist noch nichts hinausgegangen.", "Nothing of this has left yet."),
    "hand_where": ("Dort steht es: {where}", "It stands here: {where}"),
    "hand_picture": ("Bild: {file}", "Picture: {file}"),
    "hand_alt": ("Alternativtext: {alt}", "Alt text: {alt}"),
    "hand_done": ("Aufgabe {number} ist erledigt.", "Task {number} is done."),
    "hand_done_without_link": (
        "Aufgabe {number} ist erledigt. Ohne --link weiß später niemand, wo der Beitrag steht.",
        "Task {number} is done. Without --link nobody will know later where the post stands.",
    ),
}

#: What the log calls them.
VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "by hand": ("von Hand erledigt", "done by hand"),
    "picture": ("Bild", "picture"),
    "attachment": ("Datei", "file"),
    "press link": ("Pressezugang vergeben", "press access given"),
    "press link closed": ("Pressezugang geschlossen", "press access closed"),
    "preflight": ("vorab geprüft", "looked ahead"),
}

#: The help texts, by the English beside the verbs.
HELP: Final[Mapping[str, str]] = {
    "Write one post yourself; a line --- parts the posts of a thread.": (
        "Einen Beitrag selbst schreiben; eine Zeile --- trennt die Beiträge eines Threads."
    ),
    "The message.": "Die Nachricht.",
    "Take your text back; the template speaks again.": "Den eigenen Text zurücknehmen; es gilt wieder die Vorlage.",
    "The pictures of an announcement.": "Die Bilder einer Mitteilung.",
    "Add a picture to an announcement.": "Einer Mitteilung ein Bild hinzufügen.",
    "What it shows, for those who can't see it.": "Was es zeigt, für alle, die es nicht sehen können.",
    "Whose picture it is.": "Von wem das Bild ist.",
    "Say what a picture shows, or whose it is.": "Sagen, was ein Bild zeigt oder von wem es ist.",
    "The picture's file name.": "Der Dateiname des Bildes.",
    "Take a picture off an announcement; what has left keeps it.": (
        "Ein Bild von einer Mitteilung nehmen; was hinausgegangen ist, behält es."
    ),
    "List the pictures of an announcement.": "Die Bilder einer Mitteilung zeigen.",
    "What others may do with it.": "Was andere damit tun dürfen.",
    "The files that go with an announcement.": "Die Dateien, die zu einer Mitteilung gehören.",
    "Add a file to an announcement.": "Einer Mitteilung eine Datei beifügen.",
    "What it is, in words; else its file name.": "Was sie ist, in Worten; sonst ihr Dateiname.",
    "Take a file off an announcement; it can then no longer be read.": (
        "Eine Datei von einer Mitteilung nehmen; sie ist dann nicht mehr zu lesen."
    ),
    "The file's name.": "Der Name der Datei.",
    "List the files of an announcement.": "Die Dateien einer Mitteilung zeigen.",
    "Personal addresses that open an announcement ahead of its embargo.": (
        "Persönliche Adressen, die eine Mitteilung vor Ablauf der Sperrfrist öffnen."
    ),
    "Make an address that opens an announcement ahead of its embargo, for one person.": (
        "Eine Adresse vergeben, die eine Mitteilung vor Ablauf der Sperrfrist öffnet, für einen Menschen."
    ),
    "Whom it is for.": "Für wen sie ist.",
    "How many days it lasts.": "Wie viele Tage sie gilt.",
    "Close a press link at once and for good.": "Einen Pressezugang sofort und für immer schließen.",
    "The link's number.": "Die Nummer des Zugangs.",
    "List press links, whom they are for and how often they were opened.": (
        "Pressezugänge zeigen: für wen sie sind und wie oft sie geöffnet wurden."
    ),
    "Register with a Mastodon server once and keep its token in a file that only you can read.": (
        "Das Programm einmal bei einem Mastodon-Server anmelden; "
        "der Zugang kommt in eine Datei, die nur Sie lesen können."
    ),
    "mastodon.": "mastodon.",
    "The server's address.": "Die Adresse des Servers.",
    "The channel's name in config.toml; else its kind.": "Der Name des Kanals in config.toml; sonst seine Art.",
    "Where to keep the token.": "Wohin der Zugang gespeichert wird.",
    "What a person posts, corrects or deletes.": "Was ein Mensch veröffentlicht, richtigstellt oder löscht.",
    "List what waits for a person's hand.": "Zeigen, was von Hand zu tun ist.",
    "Show a task's text, pictures and alt texts, ready to be copied.": (
        "Text, Bilder und Alternativtexte einer Aufgabe zum Kopieren zeigen."
    ),
    "Its number, as byhand list shows it.": "Die Nummer aus byhand list.",
    "Copy the pictures into this folder.": "Die Bilder in diesen Ordner kopieren.",
    "Show what of a campaign stands on the networks, with links.": (
        "Zeigen, was von einer Kampagne in den Netzwerken steht, mit Verweisen."
    ),
    "Say that it is done.": "Sagen, dass es erledigt ist.",
    "Where it stands, for later corrections.": "Wo es steht, für spätere Richtigstellungen.",
}
