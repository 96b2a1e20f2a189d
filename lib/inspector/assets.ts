/** The page's only script. The page works without it; with it, results appear while one types, and refusals as they happen. */
export const SCRIPT = `const live = document.querySelector('#live');
const status = document.querySelector('#status');
let latest = 0;

/** Shows what the server says now, and leaves the focus where it is. */
async function refresh() {
  const own = ++latest;
  const response = await fetch(location.href);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = page.querySelector('#live');
  if (own !== latest) return true;
  if (!response.ok || next === null) return false;
  if (next.innerHTML === live.innerHTML) return true;
  const { href } = document.activeElement;
  const hadFocus = live.contains(document.activeElement);
  live.replaceChildren(...next.childNodes);
  if (hadFocus) [...live.querySelectorAll('a')].find((link) => link.href === href)?.focus();
  const text = page.querySelector('#status').textContent;
  if (text !== status.textContent) status.textContent = text;
  return true;
}

const search = document.querySelector('form[role=search]');
let waiting;
search?.addEventListener('input', () => {
  history.replaceState(null, '', '?' + new URLSearchParams(new FormData(search)));
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 150);
});

const toggle = document.querySelector('#live-toggle');
if (toggle !== null) {
  const state = document.querySelector('#live-state');
  let source;
  let hasNews = false;
  let isUpdating = false;
  const show = (text) => {
    state.textContent = text;
  };
  // One after the other: under many refusals there is always something new, and an answer may take its time.
  const update = async () => {
    hasNews = true;
    if (isUpdating) return;
    isUpdating = true;
    while (hasNews) {
      hasNews = false;
      const done = await refresh().catch(() => false);
      // Nobody may have paused it meanwhile.
      if (source.readyState !== 2) show(done ? 'Live.' : 'The app does not answer. Reload the page.');
    }
    isUpdating = false;
  };
  const start = () => {
    toggle.textContent = 'Pause';
    source = new EventSource(document.body.dataset.events);
    source.onopen = source.onmessage = update;
    source.onerror = () => show(source.readyState === 2 ? 'Not live. Reload the page.' : 'Not connected. Trying again.');
  };
  const stop = () => {
    toggle.textContent = 'Go on';
    source.close();
    show('Paused.');
  };
  toggle.addEventListener('click', () => (source.readyState === 2 ? start() : stop()));
  toggle.hidden = false;
  start();
}
`;

/** The page's only style. */
export const STYLE = `:root {
  color-scheme: light dark;
  --text: #1d2330;
  --faint: #5b6475;
  --page: #f6f7f9;
  --card: #fff;
  --line: #c9cfda;
  --code: #eef0f4;
  --link: #0b5cad;
  --good: #07693f;
  --good-faint: #e2f5ec;
  --bad: #a3211a;
  --bad-faint: #fdeceb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e7eaf0;
    --faint: #a3adbd;
    --page: #12151b;
    --card: #1a1f28;
    --line: #3a4252;
    --code: #242b37;
    --link: #8cc2ff;
    --good: #58d6a0;
    --good-faint: #14352a;
    --bad: #ff9f98;
    --bad-faint: #3d1d1d;
  }
}
* { box-sizing: border-box; }
body { max-width: 64rem; margin: 0 auto; padding: 1rem 1rem 4rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: baseline; border-bottom: 1px solid var(--line); }
header p { margin: 0.5rem 0; font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0; padding: 0.5rem 0; list-style: none; }
[aria-current] { color: inherit; font-weight: 600; text-decoration-thickness: 0.15em; }
h1, h2, h3 { margin: 1rem 0 0.5rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.125rem; }
h3 { font-size: 1rem; }
a { color: var(--link); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.row { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; }
p.row { align-items: center; }
.grid { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); }
.grid p { margin: 0; align-self: end; }
label { font-weight: 600; }
input, select, button { display: block; max-width: 100%; padding: 0.4rem 0.6rem; border: 1px solid var(--line); border-radius: 0.4rem; background: var(--card); color: inherit; font: inherit; }
.grid input { width: 100%; }
button { cursor: pointer; }
[hidden] { display: none; }
.cards { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; margin: 0; padding: 0; list-style: none; }
.card { padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--card); }
.card p { margin: 0.2rem 0; }
section.card { margin-top: 1rem; }
section.card h2 { margin-top: 0; }
summary { cursor: pointer; }
small { color: var(--faint); font-size: 0.875rem; }
em { color: var(--bad); }
code { padding: 0 0.25em; border-radius: 0.25rem; background: var(--code); font: 0.875rem/1.5 ui-monospace, Menlo, monospace; }
.badge { display: inline-block; padding: 0 0.6em; border-radius: 1em; background: var(--code); font-size: 0.875rem; font-weight: 600; }
.badge.good { background: var(--good-faint); color: var(--good); }
.badge.bad { background: var(--bad-faint); color: var(--bad); }
.notes { margin: 0.5rem 0; padding: 0.4rem 0.75rem 0.4rem 2rem; border-radius: 0.4rem; background: var(--bad-faint); color: var(--bad); }
li { margin: 0.25rem 0; }
table { width: 100%; margin: 0.5rem 0; border-collapse: collapse; }
caption { padding: 0.25rem 0; color: var(--faint); text-align: left; }
th, td { padding: 0.25rem 0.5rem 0.25rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
[role=alert] { padding: 0.5rem 0.75rem; border-radius: 0.4rem; background: var(--bad-faint); color: var(--bad); }
`;
