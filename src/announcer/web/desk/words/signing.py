"""What the pages say on which somebody signs in, or sets password and second factor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GERMAN: Final[Mapping[str, str]] = {
    "sign_in_title": "Anmelden",
    "sign_in_button": "Anmelden",
    "field_name": "Anmeldename",
    "field_password": "Passwort",
    "field_code": "Code aus der App",
    "field_code_hint": "Die sechs Ziffern, die Ihre Authenticator-App gerade zeigt.",
    "signed_out": "Sie sind abgemeldet.",
    "first_title": "Willkommen am Pressedesk",
    "first_text": "Hier entsteht das erste Konto. Es darf alles, auch weitere Konten anlegen.",
    "invited_title": "Ihr Zugang zum Pressedesk",
    "invited_text": "Hallo {name}! Wählen Sie ein Passwort, und verbinden Sie eine Authenticator-App.",
    "field_name_hint": "Kleinbuchstaben und Ziffern, zum Beispiel „anna“. "
    "Steht der Name unter [people] in config.toml, gilt, was dort über das Freigeben steht.",
    "field_shown": "Ihr Name, wie ihn andere lesen",
    "field_new_password": "Neues Passwort",
    "field_new_password_hint": "Mindestens zwölf Zeichen. Mehrere Wörter hintereinander sind gut zu merken.",
    "app_title": "Authenticator-App",
    "app_text": "Lesen Sie das Bild mit einer Authenticator-App auf Ihrem Telefon ein (etwa FreeOTP oder Aegis), "
    "oder tippen Sie den Schlüssel dort ein. Die App zeigt dann alle 30 Sekunden einen neuen Code.",
    "app_picture": "Bild zum Einlesen mit der Authenticator-App; der Schlüssel steht darunter",
    "app_key": "Schlüssel",
    "accept_button": "Zugang einrichten",
    "accepted": "Ihr Zugang ist eingerichtet. Melden Sie sich jetzt an; warten Sie dafür auf den nächsten Code.",
    "link_gone_title": "Dieser Link gilt nicht mehr",
    "link_gone_text": "Er wurde schon benutzt oder ist zu alt. Wer die Konten verwaltet, kann Ihnen einen neuen geben; "
    "solange es noch kein Konto gibt, nennt der Dienst bei jedem Start einen neuen.",
}
ENGLISH: Final[Mapping[str, str]] = {
    "sign_in_title": "Sign in",
    "sign_in_button": "Sign in",
    "field_name": "Name to sign in with",
    "field_password": "Password",
    "field_code": "Code from the app",
    "field_code_hint": "The six digits that your authenticator app shows now.",
    "signed_out": "You are signed out.",
    "first_title": "Welcome to the press desk",
    "first_text": "This makes the first account. It may do everything, also add further accounts.",
    "invited_title": "Your way into the press desk",
    "invited_text": "Hello {name}! Choose a password and connect an authenticator app.",
    "field_name_hint": "Small letters and digits, such as “anna”. "
    "If [people] in config.toml has the name, what it says there about approving holds.",
    "field_shown": "Your name as others read it",
    "field_new_password": "New password",
    "field_new_password_hint": "Twelve characters at least. Several words in a row are easy to remember.",
    "app_title": "Authenticator app",
    "app_text": "Scan the picture with an authenticator app on your phone (FreeOTP or Aegis, for example), "
    "or type the key into it. The app then shows a new code every 30 seconds.",
    "app_picture": "Picture to scan with the authenticator app; the key stands below",
    "app_key": "Key",
    "accept_button": "Set up access",
    "accepted": "Your access is set up. Sign in now; wait for the next code to do so.",
    "link_gone_title": "This link is no longer valid",
    "link_gone_text": "It has been used or is too old. Whoever looks after the accounts can give you a new one; "
    "while there is no account yet, the service names a new one at each start.",
}
