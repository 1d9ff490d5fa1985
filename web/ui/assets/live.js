// Keeps an open page as the server would send it now, without moving what is read.
//
// The server's stream of events (web/live) names the newest revision. The page waits
// a random moment, so that a crowd does not come in one instant, fetches its own
// <main> of that revision, and replaces what differs. There are no words in here, and
// a page without this script is whole: it only stays as it was.
(() => {
  'use strict';
  const root = document.documentElement;
  const [main, button, spoken, banner] = ['main', 'live-pause', 'live-status', 'live-old'].map(id => document.getElementById(id));
  const base = root.dataset.live;
  if (!base || !main || !button || !window.EventSource) return;

  const seconds = n => n * 1000, minutes = n => n * 60000;
  const some = (least, more) => least + Math.random() * more;
  const wait = ms => new Promise(done => setTimeout(done, ms));
  const on = (target, events, act) => events.split(' ').forEach(e => target.addEventListener(e, act, { passive: true }));

  // A higher epoch is newer whatever the number: a restore takes numbers back.
  const newer = (a, b) => {
    const [e, n] = a.split('.').map(Number), [f, m] = b.split('.').map(Number);
    return e !== f ? e > f : n > m;
  };

  let shown = root.dataset.revision, settled = shown, target = shown; // settled: shown, or found to be gone
  let spread = 0, stamp = null, heard = Date.now(), opened = 0;
  let watching = false, hurry = false, source = null, poller = 0, clock = 0, job = null, away = false;

  let paused = false;
  try { paused = localStorage.getItem('bonghwa-live') === 'paused'; } catch { /* not kept, then */ }

  // What the server says, by stream or by poll.

  const learn = news => {
    heard = Date.now();
    if (news.revision && newer(news.revision, target)) target = news.revision;
    if (news.spread_ms) spread = news.spread_ms;
    if (news.confirmed) stamp = news;
    plan(Math.random() * (hurry ? Math.min(spread, seconds(1)) : spread));
    if (news.revision) hurry = false;
    certify();
  };

  const take = event => { try { learn(JSON.parse(event.data)); } catch { /* the next one will do */ } };

  const connect = () => {
    opened = Date.now();
    source = new EventSource(base + '/events');
    on(source, 'revision confirmed', take);
    // The browser comes back by itself, unless it was refused: the server is full.
    on(source, 'error', () => { if (source && source.readyState === EventSource.CLOSED) poll(Date.now() + some(minutes(3), minutes(3)), some(0, seconds(5))); });
  };

  const poll = (until, after) => {
    source = null;
    poller = setTimeout(async () => {
      try {
        const answer = await fetch(base + '/revision');
        if (answer.ok) learn(await answer.json());
      } catch { /* asked again below */ }
      if (!watching || source) return;
      if (Date.now() < until) poll(until, some(seconds(22), seconds(16)));
      else connect();
    }, after);
  };

  const disconnect = () => {
    if (source) source.close();
    if (job) job.abort();
    clearTimeout(poller);
    source = job = null;
  };

  // The page listens while it is seen and not paused.
  const attend = () => {
    const seen = !away && document.visibilityState === 'visible';
    clearInterval(clock);
    if (seen) clock = setInterval(check, seconds(10));
    if (watching === (seen && !paused)) return;
    watching = !watching;
    hurry = watching; // a reader who returns does not come with the crowd
    if (watching) connect(); else disconnect();
  };

  // Fetching: one at a time, and always the newest.

  const plan = async delay => {
    if (!watching || job || !newer(target, settled)) return;
    const { signal } = job = new AbortController();
    await wait(delay);
    const again = signal.aborted ? 0 : await update(signal).catch(() => some(seconds(3), seconds(7)));
    if (signal.aborted) return;
    job = null;
    plan(again);
  };

  // Gives how long to wait before the next try, if there is one to make.
  const update = async signal => {
    let wanted = target;
    const answer = await fetch(base + '/' + wanted + main.dataset.page, { signal });
    if (answer.redirected) wanted = new URL(answer.url).pathname.slice(base.length + 1).split('/')[0]; // the server is further
    if (newer(wanted, target)) target = wanted;
    if (answer.status === 404) settled = wanted; // the page is gone, and stays here as it was
    else if (!answer.ok) return some(1, 1) * seconds(Number(answer.headers.get('Retry-After')) || 3);
    else {
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('main');
      while (Date.now() < busy && !signal.aborted) await wait(200);
      if (signal.aborted) return 0;
      settled = wanted;
      swap(fresh);
      root.dataset.revision = shown = wanted;
      certify();
    }
    return Math.random() * spread;
  };

  // A reader who drags, selects or types is not disturbed, for a minute at most.

  let busy = 0, down = false;
  const selecting = () => {
    const s = getSelection();
    if (!down) busy = !s.isCollapsed && main.contains(s.anchorNode) ? Date.now() + minutes(1) : 0;
  };
  on(document, 'pointerdown', () => { down = true; busy = Date.now() + minutes(1); });
  on(document, 'pointerup pointercancel', () => { down = false; selecting(); });
  on(document, 'selectionchange', selecting);
  on(main, 'input', () => { busy = Date.now() + seconds(5); });
  on(document, 'scroll', () => { busy = Math.max(busy, Date.now() + 200); });

  // Finding a thing again in the next main: by its key, else by its address, name or
  // words among its like, below the nearest ancestor with a key.

  const key = el => el.id || el.dataset.key || el.getAttribute('aria-labelledby');
  const find = (el, within) => [...within.querySelectorAll(el.tagName)].find(e => key(e) === key(el));
  const face = el => el.getAttribute('href') || (el.name && el.name + '=' + el.getAttribute('value')) || (el.querySelector('summary') || el).textContent.trim();
  const twin = (el, next, loose) => {
    if (key(el)) return find(el, next);
    let home = el.parentElement;
    while (home !== main && !key(home)) home = home.parentElement;
    const there = home === main ? next : find(home, next);
    if (!there) return null;
    const like = within => [...within.querySelectorAll(el.tagName)];
    const same = e => face(e) && face(e) === face(el);
    const n = like(home).filter(same).indexOf(el);
    return like(there).filter(same)[n] || (loose ? like(there)[like(home).indexOf(el)] : null);
  };

  // Replacing: children are matched by key, or by what they are when there is one of
  // the kind; where they cannot be, the whole is replaced. Each change is noted with
  // the margin that could keep room for what it took away, and whether all of the
  // element is new.

  const above = 'margin-block-start', below = 'margin-block-end';

  const children = el => {
    const all = new Map();
    for (const node of el.childNodes) {
      if (node.nodeType === Node.ELEMENT_NODE) all.set(key(node) || node.tagName + ' ' + node.getAttribute('class'), node);
      else if (node.textContent.trim()) return null;
    }
    return all.size && all.size === el.childElementCount ? all : null;
  };

  const patch = (now, next, changed) => {
    if (now.isEqualNode(next)) return;
    const have = children(now), want = children(next);
    if (!have || !want || (now !== main && !now.cloneNode().isEqualNode(next.cloneNode()))) {
      now.replaceWith(next);
      changed.push([next, below, true]);
      return;
    }
    for (const [k, el] of have) {
      if (want.has(k)) continue;
      changed.push(el.nextElementSibling ? [el.nextElementSibling, above] : [now, below]);
      el.remove();
    }
    let place = now.firstElementChild;
    for (const [k, el] of want) {
      const mine = have.get(k);
      if (mine && mine === place) place = place.nextElementSibling;
      else now.insertBefore(mine || el, place);
      if (mine) patch(mine, el, changed); else changed.push([el, below]);
    }
  };

  const swap = next => {
    const before = main.querySelector('h1')?.textContent;
    const mark = next.querySelector('template')?.content.firstElementChild; // the flames, which stand outside
    for (const el of main.querySelectorAll('details')) {
      const to = twin(el, next, true);
      if (to) to.open = el.open;
    }
    for (const el of main.querySelectorAll('input:not([type=file]), select, textarea')) {
      const to = twin(el, next);
      if (to && el.checked !== el.defaultChecked) to.checked = el.checked;
      if (to && el.value !== el.defaultValue) to.value = el.value;
    }
    const scrolled = [...main.querySelectorAll('.scroll')].map(el => [twin(el, next, true), el.scrollLeft, el.scrollTop]);
    const focused = main.contains(document.activeElement) && document.activeElement;
    const focusNext = focused && focused !== main && twin(focused, next, !focused.href);
    const anchors = marked(next), changed = [];

    root.style.overflowAnchor = 'none'; // the browser's own would count twice
    const room = [main, ...main.querySelectorAll('[style]')].map(el => [el, el.style[0], el.style.cssText]); // kept by hold
    for (const [el] of room) el.removeAttribute('style');
    for (const { name, value } of next.attributes) main.setAttribute(name, value);
    patch(main, next, changed);
    if (changed.length) {
      for (const [el, left, top] of scrolled) if (el && inMain(el)) el.scrollTo({ left, top, behavior: 'instant' });
      if (focused && !focused.isConnected) (focusNext || main).focus({ preventScroll: true });
      hold(anchors, [...room, ...changed]);
    } else for (const [el, side, style] of room) if (side) el.style.cssText = style;
    root.style.overflowAnchor = '';

    document.title = main.dataset.title || document.title;
    if (mark) document.querySelector('header .mark')?.replaceWith(mark);
    const after = main.querySelector('h1')?.textContent;
    if (changed.length) say(after !== before ? after : spoken.dataset.updated);
  };

  // Holding still: what is in the middle of the window stays where it is.

  const topOf = el => el.getBoundingClientRect().top;
  const inMain = el => main.contains(el);

  // Words first, from the middle of the window outward; then what contains them, which
  // may change inside.
  const marked = next => {
    const found = [];
    for (const y of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9]) {
      let el = document.elementFromPoint(innerWidth / 2, innerHeight * y);
      for (; el && el !== main && main.contains(el); el = el.parentElement) {
        found.push({ el, then: twin(el, next), at: topOf(el), rough: el.childElementCount > 0 || el.offsetHeight > innerHeight / 2 });
      }
    }
    return found.sort((a, b) => a.rough - b.rough);
  };

  const hold = (anchors, changed) => {
    const anchor = anchors.find(a => inMain(a.el) || (a.then && inMain(a.then)));
    if (!anchor) return;
    const el = inMain(anchor.el) ? anchor.el : anchor.then;
    const moved = () => topOf(el) - anchor.at;
    scrollBy({ top: moved(), behavior: 'instant' });
    const short = moved(); // where the window cannot scroll as far, room is kept
    if (short > 1) {
      main.style.paddingBlockEnd = parseFloat(getComputedStyle(main).paddingBlockEnd) + short + 'px';
      scrollBy({ top: short, behavior: 'instant' });
    } else if (short < -1) {
      const fits = ([c, side, whole]) => side && c !== main && inMain(c) && topOf(c) <= topOf(el) && (whole || side === above || !c.contains(el));
      const [at, side] = changed.filter(fits).pop() || [];
      const margin = at && at.contains(el) ? above : side;
      if (at) at.style[margin] = parseFloat(getComputedStyle(at)[margin]) - short + 'px';
    }
  };

  // What stands outside main.

  const say = words => {
    spoken.textContent = '';
    setTimeout(() => { spoken.textContent = words; }, 100); // so that the same words are read again
  };

  const confirmed = () => document.querySelector('time[data-confirmed]');

  // A stamp is of the newest revision: it says nothing of a page that shows another.
  const certify = () => {
    const time = confirmed();
    if (!stamp || !time || newer(target, shown) || Date.parse(stamp.confirmed) <= Date.parse(time.dateTime)) return;
    time.dateTime = stamp.confirmed;
    time.textContent = stamp.words[root.lang];
    check();
  };

  const check = () => {
    const now = Date.now(), time = confirmed();
    const old = now - heard > minutes(5) || (root.dataset.clock === 'real' && time && now - Date.parse(time.dateTime) > minutes(5));
    if (old && banner.hidden) say(banner.textContent);
    banner.hidden = !old;
    // A stream on which nothing was said for minutes may have died without a word.
    if (source && now - Math.max(heard, opened) > minutes(2.5)) { source.close(); connect(); }
  };

  on(button, 'click', () => {
    paused = !paused;
    button.setAttribute('aria-pressed', paused);
    try { localStorage.setItem('bonghwa-live', paused ? 'paused' : ''); } catch { /* for this page alone, then */ }
    attend();
  });
  on(document, 'visibilitychange', attend);
  on(window, 'pagehide', () => { away = true; attend(); });
  on(window, 'pageshow', () => { away = false; attend(); });
  on(window, 'online', () => { if (watching && !source) { clearTimeout(poller); connect(); } });
  button.setAttribute('aria-pressed', paused);
  button.hidden = false;
  attend();
})();
