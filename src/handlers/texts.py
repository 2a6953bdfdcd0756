"""What the bot says that is not a report. Telegram HTML; values are escaped where they enter."""

from __future__ import annotations

from typing import Final

from telegram import BotCommand

from src.utils.markup import bold, code, escape

__all__ = ["ADMIN_COMMANDS", "COMMANDS", "GROUP_COMMANDS"]

COMMANDS: Final = (
    BotCommand("find", "Find a home by serial, e-mail, account or name"),
    BotCommand("status", "Is this home healthy? Pods, alerts, speed test"),
    BotCommand("wan", "How much the line carries, and when"),
    BotCommand("stats", "Online history: outages and uptime"),
    BotCommand("nodes", "Every pod of the home"),
    BotCommand("wifi", "The Wi-Fi networks of the home"),
    BotCommand("devices", "Clients per pod; /devices NAME finds one"),
    BotCommand("speed", "Speed tests against what is usual"),
    BotCommand("call", "What to say and ask on the phone"),
    BotCommand("watch", "Tell this chat when the home breaks, and when it is over"),
    BotCommand("unwatch", "Stop that"),
    BotCommand("watches", "All homes watched from here, worst first"),
    BotCommand("alerts", "What is broken now"),
    BotCommand("why", "Why I told you, or did not"),
    BotCommand("handover", "For the next shift: what is open, whose it is"),
    BotCommand("test_alert", "A test alert, the way all alerts take"),
    BotCommand("locations", "Choose a home: recents, favourites, customer id"),
    BotCommand("settings", "Time zone, light or dark pictures"),
    BotCommand("setup", "Connect your Plume account"),
    BotCommand("whoami", "Your id and your role"),
    BotCommand("logout", "Erase your Plume credentials here"),
    BotCommand("forget", "What is stored about you, and its erasure"),
    BotCommand("cancel", "Stop what I am asking for"),
    BotCommand("help", "What I can do"),
    BotCommand("start", "Begin here"),
)
GROUP_COMMANDS: Final = tuple(
    command for command in COMMANDS if command.command not in {"setup", "start", "logout", "forget"}
)
ADMIN_COMMANDS: Final = (
    BotCommand("people", "Who may use this bot, and who asks to"),
    BotCommand("audit", "Who saw what, and who did what"),
)
SHORT_DESCRIPTION: Final = "Customers' Plume Wi-Fi homes for support technicians, in one message."

READING: Final = "⏳ Reading from Plume…"
CUT_OFF: Final = "I was restarted a moment ago. If something you asked has no answer, ask again."
STOPPING: Final = "I am being restarted and could not finish this. Ask again in a minute."
WAITING: Final = "One moment, your previous request is still running."
EXPIRED: Final = "This button has expired. Send /status for a fresh report."
SEARCHING: Final = "⏳ Searching…"
ASK_FIND: Final = (
    "Send /find and what the caller can tell, or just send it without the command: the serial "
    "number on a pod's label, an e-mail address, an account number, or a part of the name."
)
BAD_LINK: Final = "This link leads to no home. Ask for a new one, or choose a home yourself."
FAVOURITE: Final = {
    "added": "★ Added to your favourites. /locations lists them.",
    "removed": "☆ Taken off your favourites.",
    "full": "Your list of favourites is full. Take a home off it first: /locations lists them.",
}
EXPORTING: Final = "Making the file…"
NOTHING_TO_EXPORT: Final = "There is nothing to put into a file: the report has no figures."
EXPORT_FAILED: Final = "❌ The file could not be sent. Try again in a minute."
CANCELLED: Final = "Stopped. Nothing was changed. /help shows what I can do."
NOTHING_TO_CANCEL: Final = "There is nothing to stop. /help shows what I can do."
TIMED_OUT: Final = (
    "I waited for your answer too long and stopped asking. Nothing was changed. "
    "Start again with {command}."
)
NOT_CONNECTED: Final = "You are not connected to Plume yet. Send /setup first."
NOT_CONNECTED_IN_GROUP: Final = (
    "You are not connected to Plume yet. Send me /setup in our private chat first."
)
INLINE_CONNECT: Final = "Connect to Plume first"
INLINE_NOTHING: Final = "Nothing found: ask me in private"
INLINE_FAILED: Final = "Plume does not answer right now"
INLINE_OPEN: Final = "Open it to see how this home is, with your own rights."
NO_HOME: Final = (
    "No location is chosen here yet. Send a serial number, e-mail, account number or name, or "
    "/locations to choose one."
)
UNEXPECTED_TEXT: Final = (
    "I can read text only. Send a serial number, e-mail, account number or name, or /help."
)
UNKNOWN_COMMAND: Final = "I do not know this command. /help lists those that I know."

HELP: Final = """<b>What I can do</b>

<b>Choose a home</b>
Just send a serial number, e-mail, account number or name, or use /find
/locations – recents, favourites, or by customer id
/setup – connect your Plume account, once

<b>Look at it</b>
/status – healthy or not, pods, alerts, speed test
/wan – what the line carries, and its busy hours
/stats – online history: outages and uptime
/nodes – every pod
/wifi – the Wi-Fi networks
/devices – clients per pod; names only when you ask
/speed – speed tests against what is usual
/call – what to say and ask on the phone

<b>Be told before the customer calls</b>
/watch – tell this chat when the home breaks; /unwatch stops it
/watch settings – loud or silent, quiet hours, maintenance, digest
/watches – all homes watched from here
/alerts – what is broken now
/why – why I told you, or did not
/handover – for the next shift
/test_alert – does it reach you?

<b>You and your data</b>
/whoami – your id and role
/settings – time zone, light or dark pictures
/logout – erase your Plume credentials here
/forget – see and erase what is stored about you

/cancel stops whatever I am asking for.

Signs always come with a word: 🟢 all well, 🟡 degraded, 🟠 some pods disconnected, \
🔴 offline, ⚪ unknown. A dash means that Plume did not report the value."""

_HELP_OF_ADMINS: Final = """<b>For admins</b>
/people – who may use this bot, and who asks to
/audit – who saw what, and who did what

"""

ASK_HEADER: Final = """<b>Connect to Plume, step 1 of 2</b>

Send the <b>authorization header</b> of your Plume credentials. It looks like
<code>Basic MG9hYmNkZWYxMjM6czNjcjN0…</code>

I delete your message at once. Your header is never shown, logged or shared. \
/cancel stops."""

HEADER_UNDELETED: Final = (
    "⚠️ I could not delete your message. Please delete it yourself: it holds your credentials."
)
ASK_PARTNER: Final = """<b>Connect to Plume, step 2 of 2</b>

The header looks right. Now send your <b>partner id</b>: 24 letters and digits, shown beside \
your credentials in the Plume portal. /cancel stops."""

BAD_HEADER: Final = (
    "This is not an authorization header: it has to be <code>Basic</code> and then the long code "
    "that stands beside it in the Plume portal. Copy it once more and send it here."
)
BAD_PARTNER: Final = (
    "This is not a partner id: it is one word of letters and digits. Copy it once more from the "
    "Plume portal and send it here."
)
TESTING: Final = "⏳ Asking Plume for access…"
SETUP_DONE: Final = (
    "✅ <b>Connected.</b> Plume accepts your credentials.\n\nNext: /locations to choose a home."
)
REFUSED_HEADER: Final = (
    "❌ Plume refuses this <b>header</b>. It is complete, but the client id or secret in it is "
    "wrong or was withdrawn. Send the header once more, or /cancel."
)
REFUSED_PARTNER: Final = (
    "❌ Plume accepts the header, but not this <b>partner id</b>. Check the id, and that your "
    "partner is enabled for API access. Send the partner id once more, or /cancel."
)
REFUSED_RIGHTS: Final = (
    "❌ Plume knows you, but your credentials lack the <b>rights</b> for this partner (role "
    "partnerIdAdmin). Ask your Plume administrator for it, then send the partner id again, or "
    "/cancel."
)
REFUSED_OTHER: Final = (
    "❌ Plume refuses these credentials without saying why. Check the <b>header</b> and the "
    "<b>partner id</b>. Send the partner id once more, /setup to start over, or /cancel."
)
SETUP_UNREACHABLE: Final = (
    "❌ I could not ask Plume: {why} That is a problem of the <b>network</b>, not of what you "
    "sent. Send the partner id again in a moment, or /cancel."
)
SETUP_IN_GROUP: Final = "Credentials do not belong in a group. Connect in our private chat: {link}"
STRAY_DELETED: Final = "⚠️ That message looked like Plume credentials, so I deleted it."
STRAY_LEFT: Final = (
    "⚠️ That message looks like Plume credentials, and I may not delete it: please delete it "
    "yourself."
)
STRAY_SEEN: Final = (
    "Everybody here may have seen it: think about renewing them. Connect in our private chat: "
    "{link}"
)

ASK_CUSTOMER: Final = (
    "Send the <b>customer id</b>, or anything else the caller can tell: a pod's serial number, an "
    "e-mail address, an account number, or a part of the name. /cancel stops."
)
BAD_CUSTOMER: Final = (
    "This is not a customer id: it is one word of letters and digits. Send it once more, or "
    "/cancel."
)
CUSTOMER_UNKNOWN: Final = (
    "Plume knows no customer with this id, or the customer is not yours. Check the id and send "
    "it once more, or /cancel."
)
LOCATIONS_UNREADABLE: Final = "{error} Then send the customer id again, or /cancel."
CUSTOMER_EMPTY: Final = "This customer has no locations yet. Send another customer id, or /cancel."


def help_for(version: str, *, admin: bool) -> str:
    """What the bot can do for this person, and which version it is."""
    before, cancel, after = HELP.partition("/cancel")
    more = _HELP_OF_ADMINS if admin else ""
    return f"{before}{more}{cancel}{after}\n\nPanoptes {version}"


def start(name: str, *, connected: bool, home: str | None) -> str:
    """The welcome, with the next step for this person."""
    hello = f"Hello {escape(name, 64)}." if name else "Hello."
    what = "I show you a customer's Plume Wi-Fi home in one message: what is wrong, and what next."
    if home:
        then = f"You are connected, and {bold(home)} is chosen.\n\nNext: /status"
    elif connected:
        then = (
            "You are connected to Plume.\n\n"
            "Next: send a serial number, e-mail, account number or name, or /locations."
        )
    else:
        then = (
            "1. /setup – connect your Plume account, once\n"
            "2. Send a serial number, e-mail, account number or name – I find the home\n"
            "3. /call – what to say and ask on the phone\n\nNext: /setup"
        )
    return f"{hello} {what}\n\n{then}\n\n/help lists everything."


def choose_location(customer_id: str, count: int, page: int, pages: int) -> str:
    """The question above the location buttons."""
    where = f" Page {page + 1} of {pages}." if pages > 1 else ""
    return f"Customer {code(customer_id)} has {count} locations. Which one?{where}"


def unexpected(reference: str) -> str:
    """Something broke on our side."""
    return (
        "❌ That went wrong on my side. Nothing was changed. Try again; if it happens again, give "
        f"this number to the person who runs the bot: {code(reference)}"
    )
