//! The plugin child from outside: what a host, a stranger, a developer and a terminal can do to it.

/// What a person sees who runs the program by hand.
mod by_hand;
/// The line on stdout, and what keeps it from being printed.
mod handshake;
/// How long the process lives and what ends it.
mod life;
/// What the host reads on stderr.
mod log;
/// Debug mode, in which hosts come and go.
mod reattach;
/// Who may connect, and what everybody else can disturb.
mod strangers;
