"""What the bot says about people, roles, requests and stored data. Telegram HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from src.utils.markup import bold, clean, code, escape, fit, moment
from src.utils.timezones import to_local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.handlers.state import Member
    from src.storage.records import (
        AuditEntry,
        JoinDecision,
        JoinRequest,
        Role,
        Settings,
        StoredSummary,
    )

__all__ = ["ROLE_WORDS"]

ROLE_WORDS: Final = {
    "viewer": "viewer (sees reports)",
    "operator": "operator (reports and actions)",
    "admin": "admin (people and the team's credentials)",
}
_NAME_LENGTH: Final = 48

ASK_IN_PRIVATE: Final = "This works in our private chat only: {link}"
OPEN_BOT: Final = (
    "This bot is open to everybody, so there are no roles. Whoever runs it can set "
    "PANOPTES_ADMINS to change that."
)
JOIN_ASKED: Final = "✅ I asked the admins to let you in. I will write to you when one decides."
JOIN_WAITS: Final = "Your request is waiting for an admin. I will write to you when one decides."
JOIN_DENIED: Final = (
    "An admin has answered your request with no. You can ask again a day after that, with /join."
)
JOIN_NOBODY: Final = (
    "Nobody can answer a request here. Give your id to the person who runs the bot: /whoami"
)
JOIN_GONE: Final = "This request is no longer there: it was withdrawn or erased."
DENIED: Final = "An admin has decided not to let you in. You can ask again tomorrow, with /join."
NOT_A_MEMBER: Final = "This person has no access any more. /people shows who has."
LOGGED_OUT: Final = "✅ Your Plume credentials are erased here. /setup connects you again."
LOGGED_OUT_TEAM_LEFT: Final = (
    "✅ Your own Plume credentials are erased here. You now work with those of the team."
)
NOTHING_TO_LOG_OUT: Final = "You have no Plume credentials of your own here. Nothing was changed."
TEAM_DROP_ASK: Final = (
    "Erase the team's Plume credentials? Everybody without own credentials loses access to Plume "
    "at once."
)
TEAM_DROPPED: Final = (
    "✅ The team's Plume credentials are erased. Whoever has none of their own needs /setup now."
)
TEAM_NONE: Final = "The team has no Plume credentials. /setup can set them."
KEPT: Final = "Nothing was changed."
NOTHING_STORED: Final = "Nothing is stored about you."
NAMED_STAYS: Final = (
    "PANOPTES_ALLOWED_USERS names this person, so they cannot be removed here. Make them viewer, "
    "and ask whoever runs the bot to take the id out there."
)
NOT_CHANGEABLE: Final = (
    "Your own role, and those of admins named in PANOPTES_ADMINS, cannot be changed here."
)
ERASED: Final = (
    "✅ Everything stored about you is erased. What you did stays in the audit log without your "
    "name, for 90 days."
)
ASK_ZONE: Final = (
    "Whose time shall it be? Send a <b>city</b>, a country, or the name of a zone such as "
    "Europe/Berlin. /cancel stops."
)
WHICH_ZONE: Final = "Which of these? A city is more exact than a country."
WHOSE: Final = """<b>Connect to Plume</b>

Whose credentials are these? The team's are used by everybody who has none of their own; nobody \
but Plume ever sees them."""
ADMINS_ONLY_TEAM: Final = "Only an admin can set the team's credentials. Nothing was changed."
TEAM_DONE: Final = (
    "✅ <b>Connected, for the team.</b> Everybody without own credentials works with these now."
    "\n\nNext: /locations to choose a home."
)
RESTARTED: Final = (
    "I was restarted in the middle of your /setup. Nothing of it was kept. Send /setup to start "
    "over."
)


def name_of(name: str, user_id: int | None) -> str:
    """A person as others read them; the id where there is no name."""
    if user_id is None:
        return "somebody erased"
    return clean(name, _NAME_LENGTH) or f"id {user_id}"


def private_bot(user_id: int, *, can_ask: bool) -> str:
    """For somebody who is not let in."""
    if can_ask:
        return "This bot is private. An admin can let you in: ask with the button, or /join."
    return (
        f"This bot is private. Your Telegram id is {code(user_id)}: give it to the person who runs "
        "the bot."
    )


def too_low(role: Role | None, needed: Role | None) -> str:
    """For somebody whose role is not enough."""
    return f"Only an {needed} may do this, and you are {role}. Ask an admin for it."


def whoami(user_id: int, role: Role | None, chat_id: int, thread_id: int | None, mode: str) -> str:
    """The ids that an admin asks for, and what the person may do."""
    lines = [f"Your Telegram id: {code(user_id)}"]
    if mode == "open":
        lines.append("Role: none needed, the bot is open to everybody")
    elif role is None:
        lines.append("Role: none. Ask to be let in with /join")
    else:
        lines.append(f"Role: {bold(role)} – {ROLE_WORDS[role].partition('(')[2].rstrip(')')}")
    lines.append(f"This chat: {code(chat_id)}")
    if thread_id is not None:
        lines.append(f"This topic: {code(thread_id)}")
    return "\n".join(lines)


def join_request(request: JoinRequest, username: str | None = None) -> str:
    """What an admin reads of a request."""
    handle = f" (@{escape(username)})" if username else ""
    return (
        f"{bold(name_of(request.name, request.user_id))}{handle}, id {code(request.user_id)}, asks "
        "to use this bot. Let them in?"
    )


def decided(name: str, decision: JoinDecision, by: str) -> str:
    """What became of a request, for all admins."""
    what = "not let in" if decision.decision == "deny" else f"let in as {decision.decision}"
    when = moment(decision.at, f"{decision.at:%d %b %H:%M} UTC")
    return f"{bold(name_of(name, decision.user_id))}: {what} by {escape(by)}, {when}."


def already_in(role: Role) -> str:
    """For a member who asks to join."""
    return f"You are in already, as {bold(role)}. /help shows what I can do."


def let_in(role: str, *, connected: bool) -> str:
    """The good news."""
    following = "/locations to choose a home" if connected else "/setup to connect to Plume"
    return f"✅ An admin has let you in as {bold(role)}.\n\nNext: {following}."


def role_changed(role: str) -> str:
    """For the person whose role it is."""
    return f"An admin has made you {bold(ROLE_WORDS[role])}."


def people(members: Sequence[Member], waiting: int, page: int, pages: int) -> str:
    """Above the list of people."""
    where = f" Page {page + 1} of {pages}." if pages > 1 else ""
    asks = f"\n{waiting} waiting to be let in: answer below." if waiting else ""
    return f"<b>{len(members)} people</b> may use this bot.{where}{asks}\nTap one to change it."


def person(member: Member, *, for_good: bool = False) -> str:
    """One person's card; `for_good`: PANOPTES_ADMINS names them."""
    text = f"{bold(name_of(member.name, member.user_id))}, id {code(member.user_id)}\nRole: "
    text += ROLE_WORDS[member.role]
    if for_good:
        return f"{text}\n\nNamed in PANOPTES_ADMINS: admin until whoever runs the bot changes that."
    if member.named:
        text += (
            "\n\nNamed in PANOPTES_ALLOWED_USERS: the role can be changed here, down to viewer. "
            "Only whoever runs the bot can remove them."
        )
    return text


def remove_ask(member: Member) -> str:
    """Before somebody loses access."""
    return (
        f"Remove {bold(name_of(member.name, member.user_id))}? They lose access at once, also to "
        "the team's credentials."
    )


def removed(member: Member) -> str:
    """After it."""
    return f"✅ {bold(name_of(member.name, member.user_id))} has no access any more."


def audit(
    entries: Sequence[AuditEntry], names: Mapping[int, str], page: int, zone: str | None
) -> str:
    """Who did what, newest first, in the time of whoever reads; in UTC when that is not set."""
    if not entries:
        return "Nothing was recorded yet." if page == 0 else "No older entries. They last 90 days."
    lines = [_audit_line(entry, names, zone) for entry in entries]
    whose = f"in the time of {escape(zone)}" if zone else "in UTC (/settings changes that)"
    title = f"<b>Audit log</b>, newest first, {whose}"
    return fit([title if page == 0 else f"{title}, page {page + 1}", "", *lines])


def _audit_line(entry: AuditEntry, names: Mapping[int, str], zone: str | None) -> str:
    who = name_of(names.get(entry.user_id or 0, ""), entry.user_id)
    about = f" {code(entry.object, 64)}" if entry.object else ""
    detail = f" ({escape(entry.detail, 64)})" if entry.detail else ""
    when = f"{to_local(entry.at, zone):%d %b %H:%M}"
    return f"{when} {escape(who)}: {escape(entry.action, 64)}{about}{detail}"


def settings(found: Settings, zone: str, *, private: bool) -> str:
    """What is set in this chat, and what it is good for; `zone` as `/watch settings` says it."""
    follows = "Quiet hours, maintenance and digests follow it"
    if private and found.timezone:
        follows = "Quiet hours, maintenance, digests and /audit follow it"
    elif private:
        follows += "; /audit is in UTC until one is set"
    return "\n".join(
        [
            "<b>Your settings</b>" if private else "<b>Settings of this group</b>",
            "",
            f"Time zone: {zone}",
            f"Pictures: {bold(found.theme or 'light')}",
            "",
            f"{follows}. Moments in reports show in the time of whoever reads.",
        ]
    )


def no_zone(typed: str) -> str:
    """Nothing fits."""
    asked = f"No time zone is called {bold(typed, 64)}" if clean(typed) else "I can read text only"
    return f"{asked}. Send a large city nearby, such as Berlin or New York, or /cancel."


def stored(summary: StoredSummary, *, is_member: bool) -> str:
    """What is kept about a person, before it is erased."""
    rows = [
        ("Name", escape(summary["name"] or "", _NAME_LENGTH)),
        ("Role", summary["role"] or ""),
        ("Known since", f"{summary['known_since']:%d %b %Y}" if summary["known_since"] else ""),
        ("Plume credentials", "yes, encrypted" if summary["credential"] else ""),
        ("Chosen homes", summary["chosen_locations"]),
        ("Recent homes", summary["recents"]),
        ("Favourites", summary["favourites"]),
        ("Settings", escape(", ".join(f"{k} {v}" for k, v in summary["settings"].items()))),
        ("Request to join", "yes" if summary["join_request"] else ""),
        ("Unfinished /setup", summary["drafts"]),
        ("Homes watched", summary["watches"]),
        ("This private chat", "yes" if summary["private_chat"] else ""),
        ("Entries in the audit log", summary["audit_entries"]),
    ]
    lines = [f"{label}: {value}" for label, value in rows if value]
    if not lines:
        return NOTHING_STORED
    loses = " You lose access, until an admin lets you in again." if is_member else ""
    return "\n".join(
        ["<b>Stored about you</b>", "", *lines, "", f"Erase all of it?{loses} This is final."]
    )
