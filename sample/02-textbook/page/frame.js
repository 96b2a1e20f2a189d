import { run } from './run.js';

/** Runs exercises for the lesson's pages, and for nobody else: what it runs, it runs as this origin. */
const lessons = document.body.dataset.lessons.split(' ');

addEventListener('message', ({ origin, source, data: { code, call, given } }) => {
  if (!lessons.includes(origin)) return;
  void run(code, call, given).then((outcome) => source.postMessage({ call, outcome }, origin));
});
