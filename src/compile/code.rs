//! The codes of errors that `compile` finds: with any of them there is no config. Codes of the semantic checks begin at
//! `OC101` and are in [`check`](crate::check).

pub const UNREADABLE: &str = "OC001";
pub const SYNTAX: &str = "OC002";
pub const YAML_FEATURE: &str = "OC003";
pub const DUPLICATE_KEY: &str = "OC004";
pub const NO_VALUE: &str = "OC005";
pub const UNKNOWN_KEY: &str = "OC006";
pub const MISSING_KEY: &str = "OC007";
pub const SHAPE: &str = "OC008";
pub const WORD: &str = "OC009";
pub const UNKNOWN_FILE: &str = "OC010";
pub const ID: &str = "OC011";
pub const NO_ORGANISATION: &str = "OC012";
pub const VALUE: &str = "OC013";
pub const BOUND: &str = "OC014";
pub const REFERENCE: &str = "OC015";
pub const LITERAL_SECRET: &str = "OC017";
pub const MATCH: &str = "OC018";
pub const LINE_UP: &str = "OC019";
pub const EITHER_OR: &str = "OC020";
pub const ORDER: &str = "OC021";
pub const OVERRIDES_OVERLAP: &str = "OC022";
pub const OFFSET_REQUIRED: &str = "OC023";
pub const CYCLE: &str = "OC024";
pub const ROUTES_END: &str = "OC025";
pub const SEVERITY_END: &str = "OC026";
pub const FALLBACK: &str = "OC027";
pub const QUOTE: &str = "OC028";
pub const TWICE: &str = "OC029";
pub const NOT_CONFIGURED: &str = "OC030";
pub const HOLD_AND_WAIT: &str = "OC031";
pub const HOLD_AND_STALE: &str = "OC032";
pub const DROPS_ALL: &str = "OC037";
pub const CANNOT_SET: &str = "OC038";
pub const NOT_THERE: &str = "OC039";
pub const NO_EQUAL: &str = "OC040";
pub const REPEATS: &str = "OC045";
pub const EACH: &str = "OC046";
pub const PHONES: &str = "OC047";
pub const EVEN_UNACKNOWLEDGED: &str = "OC048";
pub const SHIFTS: &str = "OC049";
pub const SLACK_WAY_IN: &str = "OC067";
pub const GROUP_WITHOUT_SCHEDULE: &str = "OC068";
pub const HANDOFFS: &str = "OC053";
pub const ADDS_NOTHING: &str = "OC054";
pub const MAY_NOT_RESPOND: &str = "OC063";
pub const NOBODY_RESPONDS: &str = "OC064";
pub const NO_RIGHT: &str = "OC065";
pub const EMAIL_PATTERN: &str = "OC066";
pub const SOPS_FILE: &str = "OC201";
pub const NOT_ENCRYPTED: &str = "OC202";
pub const NO_FILE: &str = "OC210";
pub const FILE_NAME: &str = "OC211";
pub const TEMPLATE: &str = "OC240";
pub const CONFLICT: &str = "OC290";
pub const FULL_WIDTH: &str = "OC291";
pub const NO_WAY: &str = "OC270";
pub const JIRA_ACCOUNT: &str = "OC271";
pub const HISTORY: &str = "OC280";
pub const SMS_REPLIES: &str = "OC310";
pub const SIGN_IN_URL: &str = "OC293";
pub const SIGN_IN_ADDRESS: &str = "OC294";

/// Every code of this module, with its meaning.
pub const CODES: &[(&str, &str)] = &[
    (UNREADABLE, "a file is too large or is not text, or there are too many files"),
    (SYNTAX, "a file is not YAML"),
    (YAML_FEATURE, "anchors, aliases, merge keys, tags and several documents are not used here"),
    (DUPLICATE_KEY, "a key is there twice"),
    (NO_VALUE, "a key has no value"),
    (UNKNOWN_KEY, "a key is not known"),
    (MISSING_KEY, "a required key is missing"),
    (SHAPE, "a value has another shape than expected"),
    (WORD, "a value is not one of the words that are expected"),
    (UNKNOWN_FILE, "a file is in a place or has a name that means nothing"),
    (ID, "a file's path is not an id"),
    (NO_ORGANISATION, "there is no oncall.yaml"),
    (VALUE, "a value cannot be read: a duration, a time, a date, a zone, a number"),
    (BOUND, "a value is out of bounds"),
    (REFERENCE, "what a reference names does not exist"),
    (LITERAL_SECRET, "a secret is written in the repository"),
    (MATCH, "a matcher cannot match"),
    (LINE_UP, "a line-up does not begin at a handoff, or not after the one before"),
    (EITHER_OR, "keys that contradict or need each other"),
    (ORDER, "an end is not after its beginning"),
    (OVERRIDES_OVERLAP, "overrides in different files overlap"),
    (OFFSET_REQUIRED, "a local time in a zone that is not the organisation's"),
    (CYCLE, "schedules are apart from each other in a circle"),
    (ROUTES_END, "the last route, and only the last, has no `when`"),
    (SEVERITY_END, "an integration that sends no severity must always set one"),
    (FALLBACK, "the fallback must name a user who can be called"),
    (QUOTE, "a text that YAML reads as a number needs quotes"),
    (TWICE, "something that must be unique is there twice"),
    (NOT_CONFIGURED, "a provider is used that oncall.yaml does not configure"),
    (HOLD_AND_WAIT, "a hold lasts as long as the first step waits"),
    (HOLD_AND_STALE, "a hold lasts until silence ends the alert"),
    (DROPS_ALL, "a rule would drop every alert of its integration"),
    (CANNOT_SET, "a rule sets what it cannot"),
    (NOT_THERE, "a template of a rule names what is not there"),
    (NO_EQUAL, "an inhibition does not say what both alerts share"),
    (REPEATS, "a rule repeats where none can, or does not say after how long"),
    (EACH, "each is asked to acknowledge where only one is told, or in the fallback"),
    (PHONES, "a rule names a phone that is not there, or that its method does not use"),
    (EVEN_UNACKNOWLEDGED, "what is of high urgency is never over unacknowledged"),
    (SHIFTS, "a shift is told by what rings"),
    (MAY_NOT_RESPOND, "a policy or a schedule can reach somebody who may not respond"),
    (NOBODY_RESPONDS, "nobody may respond"),
    (NO_RIGHT, "an API token may do nothing"),
    (EMAIL_PATTERN, "an e-mail pattern matches nobody, or every domain"),
    (SLACK_WAY_IN, "Slack has no way in: neither `signing_secret` nor `app_token`"),
    (GROUP_WITHOUT_SCHEDULE, "a Slack user group that follows no schedule"),
    (HANDOFFS, "several handoffs that one cycle cannot have"),
    (ADDS_NOTHING, "a layer of shadows that adds"),
    (SOPS_FILE, "a file that holds secrets is not a SOPS file that is encrypted for age"),
    (NOT_ENCRYPTED, "a secret is readable in a SOPS file"),
    (NO_FILE, "a symbolic link, a submodule or a pointer of Git LFS stands where a file should be"),
    (FILE_NAME, "a file's name is not UTF-8, or has a backslash for a folder"),
    (TEMPLATE, "a template cannot be compiled"),
    (CONFLICT, "a merge conflict is left in a file"),
    (FULL_WIDTH, "a full-width character stands where YAML needs a half-width one"),
    (NO_WAY, "what only shows incidents is no way to reach a person"),
    (JIRA_ACCOUNT, "Jira cannot tell our account from others"),
    (SMS_REPLIES, "answers to an SMS cannot arrive"),
    (HISTORY, "history is kept for too short or too long"),
    (SIGN_IN_URL, "people sign in, and there is no public_url"),
    (SIGN_IN_ADDRESS, "an identity provider is not known by https, or stands for every company"),
];
