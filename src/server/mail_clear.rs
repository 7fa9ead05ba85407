//! The part of a conversation by SMTP before TLS, which anybody on the way may write into.
//!
//! What a server says there beyond its answer would be read as its first answers over TLS (as in CVE-2021-38084): a page that it
//! refuses would count as taken. So whoever says more than was asked is left before anything is said to them. What comes later than
//! the answer to STARTTLS, TLS itself refuses.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// With which byte TLS begins: no command does.
const HANDSHAKE: u8 = 22;

/// A stream on which each answer ends what is said, until TLS begins.
#[derive(Debug)]
pub(super) struct InTheClear {
    stream: TcpStream,
    /// How far the line that is being said has come.
    column: usize,
    /// Another line follows it: a hyphen follows its code (RFC 5321, 4.2).
    goes_on: bool,
    /// The answer is whole: it is our turn.
    whole: bool,
    encrypted: bool,
}

impl InTheClear {
    pub fn new(stream: TcpStream) -> InTheClear {
        InTheClear { stream, column: 0, goes_on: false, whole: false, encrypted: false }
    }

    /// Follows what the server says; an error where it says more than an answer.
    fn hear(&mut self, said: &[u8]) -> Result<()> {
        for byte in said {
            if self.whole {
                let why = "it says more than it was asked, before TLS begins";
                return Err(Error::new(ErrorKind::InvalidData, why));
            }
            if *byte == b'\n' {
                (self.whole, self.goes_on, self.column) = (!self.goes_on, false, 0);
            } else {
                self.goes_on |= self.column == 3 && *byte == b'-';
                self.column = self.column.saturating_add(1);
            }
        }
        Ok(())
    }
}

impl AsyncRead for InTheClear {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let said = buf.filled().get(before..).unwrap_or_default();
        Poll::Ready(if self.encrypted { Ok(()) } else { self.hear(said) })
    }
}

impl AsyncWrite for InTheClear {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.encrypted |= buf.first() == Some(&HANDSHAKE);
        self.whole = false;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for InTheClear {
    fn peer_addr(&self) -> Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
