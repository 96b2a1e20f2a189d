import { element } from './element.js';

const frames = new Map();

/** Runs a code as a document of another origin, in a frame that nobody sees. */
export async function runInFrame(origin, code, call, given) {
  if (!frames.has(origin)) frames.set(origin, openFrame(origin));
  const frame = await frames.get(origin);
  const outcome = outcomeOf(call);
  frame.contentWindow.postMessage({ code, call, given }, origin);
  return outcome;
}

function outcomeOf(call) {
  return new Promise((resolve) => {
    addEventListener('message', function listen({ data }) {
      if (data.call !== call) return;
      removeEventListener('message', listen);
      resolve(data.outcome);
    });
  });
}

function openFrame(origin) {
  return new Promise((resolve) => {
    const frame = element('iframe', {
      src: `${origin}/frame.html`,
      title: `Scripts of ${origin}`,
      hidden: '',
    });
    frame.addEventListener('load', () => resolve(frame));
    document.body.append(frame);
  });
}
