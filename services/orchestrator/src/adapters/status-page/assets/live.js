// Keeps this page as it is on the server. The server says when to look again; the page is then fetched as it was the
// first time, and what differs is changed in place, so that a reader keeps the place, the focus and what was unfolded.
'use strict';
const POLL_MS = 5000;
const SAFETY_MS = 10000;
const BACK_TO_STREAM_MS = 60000;
const base = document.documentElement.dataset.base;
const offline = document.getElementById('offline');
let lastSeen = new Date();
let looking = false;
let lookAgain = false;

async function fetchAndChange() {
  const answer = await fetch(location.pathname, { cache: 'no-cache', signal: AbortSignal.timeout(POLL_MS) });
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  morph(document.querySelector('main'), fresh.querySelector('main'));
  document.title = fresh.title;
  lastSeen = new Date();
  offline.hidden = true;
}

function sayOffline() {
  const since = lastSeen.toISOString().slice(11, 19);
  offline.textContent = `This page cannot reach the orchestrator. What it shows is from ${since} UTC.`;
  offline.hidden = false;
}

function look() {
  lookAgain = looking;
  if (looking) return;
  looking = true;
  fetchAndChange()
    .catch(sayOffline)
    .finally(() => {
      looking = false;
      if (lookAgain) look();
    });
}

function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.nodeType !== Node.ELEMENT_NODE) {
    old.replaceWith(fresh);
    return;
  }
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && !(name === 'open' && old.nodeName === 'DETAILS'))
      old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  // What a script has drawn is its own.
  if (old.hasAttribute('data-kept')) return;
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  after.forEach((node, index) => (before[index] ? morph(before[index], node) : old.append(node)));
  for (const node of before.slice(after.length)) node.remove();
}

let polling = 0;
function follow() {
  const stream = new EventSource(`${base}live`);
  stream.addEventListener('look', look);
  stream.addEventListener('open', () => {
    clearInterval(polling);
    look();
  });
  stream.addEventListener('error', () => {
    look();
    // A server that has room for no more readers says so; the browser then does not try again by itself.
    if (stream.readyState !== EventSource.CLOSED) return;
    clearInterval(polling);
    polling = setInterval(look, POLL_MS);
    setTimeout(follow, BACK_TO_STREAM_MS);
  });
}

setInterval(look, SAFETY_MS);
follow();
