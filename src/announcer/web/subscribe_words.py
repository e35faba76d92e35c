"""What the pages around subscribing say, in German and English. Every key exists in both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GERMAN: Final[Mapping[str, str]] = {
    "newsletter_text": "Wählen Sie aus, was Sie per E-Mail erhalten möchten. Sie bekommen zuerst eine Mail mit einem "
    "Link, mit dem Sie Ihre Anmeldung bestätigen. Jede spätere Mail enthält einen Link zum Abbestellen.",
    "newsletter_by_hand": "Für diese Newsletter nimmt die Pressestelle Ihre Anmeldung entgegen. "
    "Jede Mail enthält einen Link zum Abbestellen.",
    "form_lists": "Diese Newsletter möchte ich erhalten",
    "form_email": "Ihre E-Mail-Adresse",
    "form_language": "Sprache der Mails",
    "form_trap": "Bitte hier nichts eintragen",
    "form_button": "Anmelden",
    "form_privacy": "Wie wir mit Ihren Daten umgehen",
    "form_wrong": "Bitte prüfen Sie Ihre Angaben",
    "email_wrong": "Geben Sie eine vollständige E-Mail-Adresse an, zum Beispiel name@example.de.",
    "list_missing": "Wählen Sie mindestens einen Newsletter aus.",
    "too_fast": "Das ging sehr schnell. Bitte senden Sie das Formular noch einmal ab.",
    "form_stale": "Das Formular war zu lange offen, oder sein Text hat sich geändert. "
    "Bitte lesen Sie es noch einmal und senden Sie es erneut ab.",
    "subscribed_title": "Fast geschafft: bitte bestätigen",
    "subscribed_text": "Wir haben Ihre Anmeldung entgegengenommen. In den nächsten Minuten erhalten Sie eine E-Mail. "
    "Erst wenn Sie den Link darin öffnen und bestätigen, sind Sie angemeldet.",
    "subscribed_hint": "Keine E-Mail da? Prüfen Sie, ob die Adresse stimmt, und schauen Sie im Spam-Ordner nach. "
    "An eine Adresse schicken wir höchstens eine solche E-Mail am Tag.",
    "later_title": "Bitte später noch einmal",
    "too_many": "Von Ihrem Anschluss kamen in der letzten Stunde sehr viele Anmeldungen. "
    "Bitte versuchen Sie es in einer Stunde noch einmal.",
    "too_busy": "Zurzeit gehen sehr viele Anmeldungen ein. Bitte versuchen Sie es in einer Stunde noch einmal.",
    "confirm_title": "Anmeldung bestätigen",
    "confirm_text": "Möchten Sie diese Newsletter erhalten?",
    "confirm_button": "Anmeldung bestätigen",
    "confirmed_title": "Sie sind angemeldet",
    "confirmed_text": "Ihre Anmeldung ist bestätigt. In jeder Mail finden Sie einen Link zum Abbestellen.",
    "confirm_gone": "Dieser Link gilt nicht mehr",
    "confirm_gone_text": "Der Link ist älter als sieben Tage, oder Sie haben sich inzwischen abgemeldet. "
    "Gespeichert ist deshalb nichts mehr. Wenn Sie den Newsletter erhalten möchten, melden Sie sich bitte neu an.",
    "confirm_again": "Neu anmelden",
    "more_lists": "Weitere Newsletter",
    "language_of_mails": "Sprache der Mails",
    "erase_link": "Alle meine Daten löschen",
    "erase_title": "Alle Ihre Daten löschen",
    "erase_text": "Wir löschen Ihre Adresse, Ihren Namen, Ihre Newsletter und Ihre Einwilligungen. "
    "Auch bereits geplante Mails werden nicht mehr verschickt. Das lässt sich nicht rückgängig machen.",
    "erase_stays": "Wir behalten nur einen verschlüsselten Wert Ihrer Adresse, damit niemand sie versehentlich wieder "
    "in einen Verteiler aufnimmt. Sie selbst können sich jederzeit neu anmelden.",
    "erase_button": "Endgültig löschen",
    "erase_back": "Zurück zu meinen Newslettern",
    "erased_title": "Ihre Daten sind gelöscht",
    "erased_text": "Sie erhalten von uns keine Mails mehr. Nur eine Mail, die gerade unterwegs ist, "
    "kann Sie noch erreichen.",
}
ENGLISH: Final[Mapping[str, str]] = {
    "newsletter_text": "Choose what you would like to receive by email. You first get a mail with a link that confirms "
    "your subscription. Every later mail has a link to unsubscribe.",
    "newsletter_by_hand": "The press office takes your registration for these newsletters. "
    "Every mail has a link to unsubscribe.",
    "form_lists": "I would like to receive these newsletters",
    "form_email": "Your email address",
    "form_language": "Language of the mails",
    "form_trap": "Please enter nothing here",
    "form_button": "Subscribe",
    "form_privacy": "How we treat your data",
    "form_wrong": "Please check your entries",
    "email_wrong": "Enter a complete email address, such as name@example.com.",
    "list_missing": "Choose at least one newsletter.",
    "too_fast": "That was very fast. Please send the form once more.",
    "form_stale": "The form was open for too long, or its text has changed. "
    "Please read it again and send it once more.",
    "subscribed_title": "Almost done: please confirm",
    "subscribed_text": "We have taken your request. Within the next minutes you get an email. "
    "You are subscribed only once you open the link in it and confirm.",
    "subscribed_hint": "No email? Check that the address is right, and look into your spam folder. "
    "We send at most one such email a day to an address.",
    "later_title": "Please try again later",
    "too_many": "Very many requests came from your connection within the last hour. Please try again in an hour.",
    "too_busy": "Very many requests are coming in at the moment. Please try again in an hour.",
    "confirm_title": "Confirm your subscription",
    "confirm_text": "Would you like to receive these newsletters?",
    "confirm_button": "Confirm subscription",
    "confirmed_title": "You are subscribed",
    "confirmed_text": "Your subscription is confirmed. Every mail has a link to unsubscribe.",
    "confirm_gone": "This link is no longer valid",
    "confirm_gone_text": "The link is older than seven days, or you have unsubscribed since. "
    "So nothing is stored any more. If you would like to receive the newsletter, please subscribe again.",
    "confirm_again": "Subscribe again",
    "more_lists": "Further newsletters",
    "language_of_mails": "Language of the mails",
    "erase_link": "Delete all my data",
    "erase_title": "Delete all your data",
    "erase_text": "We delete your address, your name, your newsletters and your consents. "
    "Mails already planned are not sent either. This cannot be undone.",
    "erase_stays": "We keep only a keyed hash of your address, so that nobody puts it back on a list by mistake. "
    "You can subscribe again yourself at any time.",
    "erase_button": "Delete for good",
    "erase_back": "Back to my newsletters",
    "erased_title": "Your data are deleted",
    "erased_text": "You will receive no more mail from us. "
    "Only one that is on its way at this moment may still reach you.",
}
