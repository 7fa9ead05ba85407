//! Who sends a request to a monitor's door, and how much of it is read before that is known.
//!
//! A secret in the head is looked up before a byte of the body is read. Where only the body can show who it is from (a key in
//! it, or that it is what a signature signs), it is read within the small room of all strangers, and examined at a bounded pace,
//! off the threads that serve. What opens a door is decided by [`integration`]; what is said there by [`webhook`](super::webhook).

use super::body::{Bounds, Cut, KNOWN, Reading, Taken};
use super::doors::Doors;
use super::refusal::{at, busy, come_again};
use super::room::{SMALL, Whose};
use super::slow::{Peer, network};
use crate::config::Id;
use crate::integration::{self, Awaited, Reject, Stray};
use crate::server::live::Live;
use axum::extract::Request;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

/// Of a stranger whose body is signed: the largest there is, because a storm may come so, within the room of strangers.
const SIGNED: Bounds = Bounds { bytes: KNOWN.bytes, time: Duration::from_secs(10) };
/// Of a stranger whose key is in the body, until it is found; PagerDuty itself takes 512 KiB.
const KEYED: Bounds = Bounds { bytes: 1 << 20, time: Duration::from_secs(10) };
/// How much of a stranger's body is read: without a good secret in the head, only a key at its beginning says whose it is.
const STRAYED: Bounds = Bounds { bytes: SMALL, time: Duration::from_secs(1) };
/// How much of a stranger's body is thrown away, so that it sees the answer, and for how long.
const PASSED_OVER: Bounds = Bounds { bytes: KNOWN.bytes, time: Duration::from_secs(1) };
/// To examine so few bytes costs less than to hand them to another thread.
const TINY: usize = 4 << 10;

/// Whose door a request opens.
#[derive(Debug)]
pub struct Judged {
    pub endpoint: Result<Id, Reject>,
    /// If it opens none, whose secret it shows all the same.
    pub stray: Option<Stray>,
}

/// The address that a request comes from.
pub fn peer(request: &Request) -> IpAddr {
    request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Peer(address)| *address)
}

/// Reads a request as far as its sender may say so much, and judges it.
pub async fn arrive(doors: &Doors, live: &Arc<Live>, request: Request) -> Result<(Taken, Judged), Response> {
    let (peer, Live { config, secrets, keys, .. }) = (peer(&request), &**live);
    let mut reading = begin(doors, request);
    let known = |reading: &Reading| {
        integration::known(config, secrets, keys, &reading.so_far()).map(|endpoint| endpoint.id.clone())
    };
    let (mut sender, mut cut) = (known(&reading), None);
    let awaited = integration::awaited(config, keys, &reading.so_far());
    let bounds = match awaited {
        Awaited::Signed => SIGNED,
        Awaited::Key => KEYED,
        Awaited::Nothing => STRAYED,
    };
    if sender.is_none() && !reading.is_whole() {
        cut = reading.read(SMALL, bounds).await.err();
        // A key that stands at the beginning of a long body, or of a slow one.
        sender = if reading.is_whole() && cut.is_none() { None } else { known(&reading) };
    }
    if let Some(sender) = sender.filter(|_| cut != Some(Cut::BrokeOff)) {
        let mut taken = all_of(doors, reading, &sender).await;
        taken.make_room(KNOWN).await;
        let taken = taken.unpacked(KNOWN);
        let judged = judge(live, &taken);
        return Ok((taken, judged));
    }
    if cut.is_none() {
        cut = reading.read(usize::MAX, bounds).await.err();
    }
    if cut.is_some() {
        reading.pass_over(PASSED_OVER).await;
    }
    // Its head was wrong, whatever its body is.
    let is_judged_by_head = cut.is_some() && awaited == Awaited::Nothing;
    let taken = if is_judged_by_head { reading.head() } else { reading.taken(cut) };
    let named = integration::named_by(config, keys, &taken.request()).map(|endpoint| endpoint.id.clone());
    let judged = stranger(doors, live, peer, taken, bounds).await;
    judged.map_err(|refused| match named {
        Some(id) => at(&id, refused),
        None => refused,
    })
}

/// All that a known sender may say.
async fn all_of(doors: &Doors, mut reading: Reading, sender: &Id) -> Taken {
    let hold = doors.entrance.known.hold(Whose::Integration(sender.clone()));
    let cut = match reading.move_to(hold).await {
        Ok(()) => reading.read(usize::MAX, KNOWN).await.err(),
        Err(cut) => Some(cut),
    };
    if matches!(cut, Some(Cut::TooLarge(_) | Cut::NoRoom)) {
        reading.pass_over(Bounds { bytes: usize::MAX / 2, ..KNOWN }).await;
    }
    reading.taken(cut)
}

/// Judges what nobody is known to have sent.
async fn stranger(
    doors: &Doors,
    live: &Arc<Live>,
    peer: IpAddr,
    mut taken: Taken,
    bounds: Bounds,
) -> Result<(Taken, Judged), Response> {
    taken.make_room(bounds).await;
    if let Some(cut) = taken.cut {
        return Err(cut.refused());
    }
    let work = if taken.is_packed() { bounds.bytes } else { taken.body.len() };
    let live = live.clone();
    let judged = examine(doors, peer, work, move || {
        let taken = taken.unpacked(bounds);
        let judged = judge(&live, &taken);
        (taken, judged)
    });
    let (mut taken, judged) = judged.await?;
    if let Some(cut) = taken.cut {
        return Err(cut.refused());
    }
    let stray = judged.stray.as_ref().and_then(|stray| stray.integrations.first());
    if let Some(sender) = judged.endpoint.as_ref().ok().or(stray) {
        doors.entrance.pace.give_back(peer, work);
        let hold = doors.entrance.known.hold(Whose::Integration(sender.clone()));
        taken.move_to(hold).await.map_err(Cut::refused)?;
    }
    Ok((taken, judged))
}

/// What a whole request shows.
fn judge(live: &Live, taken: &Taken) -> Judged {
    let (Live { config, secrets, keys, .. }, request) = (live, taken.request());
    let endpoint = integration::find(config, secrets, keys, &request).map(|endpoint| endpoint.id.clone());
    let stray =
        endpoint.is_err().then(|| integration::stray(config, secrets, keys, &request, None)).flatten();
    Judged { endpoint, stray }
}

/// The whole of a stranger's request, for whoever verifies it with [`examine`].
pub async fn whole(doors: &Doors, request: Request, bounds: Bounds) -> Result<Taken, Response> {
    let mut reading = begin(doors, request);
    let cut = reading.read(usize::MAX, bounds).await.err();
    if cut.is_some() {
        reading.pass_over(PASSED_OVER).await;
    }
    let taken = reading.taken(cut);
    match taken.cut {
        None => Ok(taken),
        Some(cut) => Err(cut.refused()),
    }
}

fn begin(doors: &Doors, request: Request) -> Reading {
    let whose = Whose::Network(network(peer(&request)));
    Reading::begin(request, doors.entrance.strangers.hold(whose))
}

/// Does what so many bytes of a stranger cost, when it is their turn.
pub async fn examine<T: Send + 'static>(
    doors: &Doors,
    peer: IpAddr,
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Response> {
    if bytes == 0 {
        return Ok(work());
    }
    let Some(wait) = doors.entrance.pace.wait(peer, bytes, doors.clock.now()) else {
        return Err(come_again("pace", "too much of unknown senders at once: come again\n"));
    };
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    if bytes <= TINY {
        return Ok(work());
    }
    let _turn = doors.entrance.examined.acquire().await.map_err(|_| busy())?;
    tokio::task::spawn_blocking(work).await.map_err(|_| busy())
}
