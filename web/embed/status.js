// Shows a small note on the page of somebody else while something is wrong here.
//   <script src="https://status.example.com/embed/status.js" defer></script>
// data-lang="ko|en"                          otherwise the page's language
// data-show="wrong|always"                   always: also while all is well
// data-position="bottom-right|bottom-left|top-right|top-left"
// data-theme="light|dark"                    otherwise as the reader prefers
// It sends nothing but requests for one small document, sets no cookie, and keeps in
// the browser only which note the reader has closed.
(() => {
  'use strict';
  const me = document.currentScript, wish = me && me.dataset;
  if (!me || !me.src || window['bonghwa ' + me.src] || !('adoptedStyleSheets' in document)) return;
  window['bonghwa ' + me.src] = true;

  const wanted = (wish.lang || document.documentElement.lang || navigator.language || '').toLowerCase();
  // The site's languages; the last one is for who wants none of them.
  const speaks = ['ko', 'en'], lang = speaks.find((l) => wanted.split('-')[0] === l) || speaks[speaks.length - 1];
  const source = new URL(lang + '.json', me.src);
  const every = 60000, memory = 'bonghwa closed ' + source.host;
  const remember = (what) => {
    // Some browsers keep nothing.
    try {
      if (what) localStorage.setItem(memory, what);
      return localStorage.getItem(memory);
    } catch { return what; }
  };
  let closed = remember(), shown = {}, before, timer, asked = 0, failed = 0, busy;

  // The note lives in a shadow, which the page's own style does not reach; what the
  // page says of the element around it is overruled.
  const colors = (list) => list.split(' ').map((c, i) => `--${names[i]}:#${c}`).join(';');
  const levels = ['operational', 'informational', 'degraded', 'partial_outage', 'major_outage', 'maintenance', 'unknown'];
  const names = ['paper', 'ink', 'quiet', 'rule', 'link', 'ring', ...levels];
  const day = colors('fcfaf6 1f1915 59514a 7b736c 573222 d14700 146c39 0a61a0 845a00 a54500 b00c15 4e47a8 605954');
  const night = colors('15120f ece9e4 b0aca4 867f79 eacfb1 f57f3a 72cf8e 7fbef3 eac25a f99f55 ff7e76 b0aff5 b5b0aa');
  const style = new CSSStyleSheet();
  style.replaceSync(`:host{all:initial!important;display:block!important;position:fixed!important;z-index:2147483000!important;
inset:auto 16px 16px auto!important;width:min(384px,100vw - 32px)!important;${day}}
:host([at$=left]){left:16px!important;right:auto!important}:host([at^=top]){top:16px!important;bottom:auto!important}
@media(prefers-color-scheme:dark){:host(:not([theme=light])){${night}}}:host([theme=dark]){${night}}
section{position:relative;box-sizing:border-box;max-height:calc(100vh - 32px);overflow:auto;direction:ltr;padding:12px 16px 10px;background:var(--paper);color:var(--ink);
border:1px solid var(--rule);border-left:4px solid var(--level);border-radius:4px;box-shadow:0 4px 20px rgb(0 0 0/.2);
font:15px/1.5 system-ui,"Apple SD Gothic Neo","Noto Sans KR","Malgun Gothic",sans-serif;overflow-wrap:anywhere}
section:lang(ko){word-break:keep-all}p{margin:0}.quiet{margin-top:4px;color:var(--quiet);font-size:13px}
b{display:flex;margin-right:32px;align-items:center;gap:6px;color:var(--level);font-weight:650}svg{flex:none;width:16px;height:16px}
a{display:inline-block;padding-block:6px;color:var(--link);text-underline-offset:.2em}
button{position:absolute;inset:4px 4px auto auto;width:40px;height:40px;padding:0;border:0;border-radius:4px;background:none;color:var(--quiet);font:22px/1 sans-serif;cursor:pointer}
a:focus-visible,button:focus-visible{outline:3px solid var(--ring);outline-offset:1px}
@media print{:host{display:none!important}}` + levels.map((l) => `.${l}{--level:var(--${l})}`).join(''));
  const make = (name, attributes = {}, ...inside) => {
    const e = name === 'svg' || name === 'path' ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    for (const k in attributes) e.setAttribute(k, attributes[k]);
    e.append(...inside);
    return e;
  };
  const host = make('bonghwa-status', { at: wish.position || 'bottom-right', theme: wish.theme || '' });
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [style];

  const close = () => {
    closed = remember(shown.about) || shown.about;
    host.remove();
    if (before && before.isConnected) before.focus();
  };
  root.addEventListener('keydown', (e) => { if (e.key === 'Escape') close(); });
  root.addEventListener('focusin', (e) => { if (e.relatedTarget && !root.contains(e.relatedTarget)) before = e.relatedTarget; });

  // Made anew only when it says something else, so that nothing is announced twice
  // and the focus stays where it is.
  const tell = (d) => {
    if (d.about === closed || !d.wrong && wish.show !== 'always') {
      shown = {};
      return host.remove();
    }
    if (!host.isConnected) document.body.append(host);
    const same = ['sentence', 'level', 'link'].every((k) => shown[k] === d[k]);
    shown = d;
    if (same) return (root.querySelector('.quiet').textContent = d.confirmed);
    const line = (words, kind) => (words ? [make('p', { class: kind || '' }, words)] : []);
    const picture = make('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' },
      make('path', { d: d.shape, fill: 'none', stroke: 'currentColor', 'stroke-width': '1.7', 'stroke-linejoin': 'round' }));
    const said = make('div', { role: 'status' }), x = make('button', { type: 'button', 'aria-label': d.words.close }, '\u00d7');
    x.addEventListener('click', close);
    const had = root.activeElement && root.activeElement.localName;
    root.replaceChildren(make('section', { 'aria-label': d.words.label, lang: d.language, class: d.level },
      said, ...line(d.words.more), ...line(d.confirmed, 'quiet'), ...line(d.words.notice, 'quiet'),
      make('a', { href: new URL(d.link, source), target: '_blank', rel: 'noopener' }, d.words.open), x));
    if (had) root.querySelector(had).focus();
    // What comes into a status that is there already is read out.
    setTimeout(() => said.append(make('b', {}, picture, d.word), ...line(d.sentence)), 100);
  };

  const wait = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, every * Math.min(2 ** failed, 10) * (0.9 + Math.random() / 5));
  };
  const ask = async () => {
    if (busy) return;
    busy = true;
    asked = Date.now();
    try {
      // no-cache: the browser asks whether what it has still holds, and 304 is enough.
      const answer = await fetch(source, { cache: 'no-cache', credentials: 'omit', referrerPolicy: 'no-referrer', signal: AbortSignal.timeout?.(20000) });
      if (!answer.ok) throw answer.status;
      tell(await answer.json());
      failed = 0;
    } catch {
      // What is shown says when it was confirmed.
      failed++;
    }
    busy = false;
    wait();
  };
  const look = () => (document.hidden ? clearTimeout(timer) : Date.now() - asked < every ? wait() : ask());
  document.addEventListener('visibilitychange', look);
  if (document.body) look();
  else document.addEventListener('DOMContentLoaded', look);
})();
