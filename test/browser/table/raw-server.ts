import { createServer, type Server } from 'node:http';
import type { Answer, TableCase } from './case.js';
import { takeToken, withToken } from './tokens.js';

/** The answers of the cases that are being run, by token. */
export type AnswersByToken = Map<string, TableCase['answers']>;

/** A server that answers what the case says, right or wrong: no library stands between. */
export function createRawServer(answers: AnswersByToken): Server {
  const used = new Map<string, number>();
  return createServer((request, response) => {
    const { method = '', url = '' } = request;
    const { token = '', target } = takeToken(url);
    const key = `${method} ${target}`;
    const count = used.get(`${token} ${key}`) ?? 0;
    used.set(`${token} ${key}`, count + 1);
    const { status = 200, headers = {}, body = '', bytes } = nth(answers.get(token)?.[key], count);
    if (bytes !== undefined) {
      request.socket.end(bytes, 'latin1');
      return;
    }
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().flatMap((line) => [name, name === 'Location' ? withToken(line, token) : line]),
    );
    request.resume();
    response.sendDate = false;
    response.writeHead(status, lines).end(body);
  });
}

/** A document on the server's own origin, where the case says nothing else. */
const DOCUMENT: Answer = {
  headers: { 'Content-Type': 'text/html', 'Set-Cookie': 'sid=1; SameSite=Lax' },
  body: '<!doctype html><title>Raw</title>',
};

function nth(answers: Answer | readonly Answer[] = DOCUMENT, count: number): Answer {
  const list = [answers].flat();
  return list[Math.min(count, list.length - 1)] as Answer;
}
