/*
 * Serves the wire table on both platforms, from the sources or from what a bundler has made of them. Prints the ports, and
 * what is found wrong with an app when it starts; ends when its standard input does.
 */
import { ExpressAdapter } from '@nestjs/platform-express';
import { CorsModule } from 'nestjs-cors';
import { problemsOf } from '../../runtimes/app-module.mjs';
import { createApp } from './app.mjs';

async function main() {
  const ports = {};
  for (const platform of ['fastify', 'express']) {
    const app = await createApp(platform);
    await app.listen(0, '127.0.0.1');
    ports[platform] = app.getHttpServer().address().port;
  }
  const problems = await problemsOf({ CorsModule }, new ExpressAdapter(), 'https://a.example/path', 'a');
  process.stdout.write(`${JSON.stringify({ ports, problems })}\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
}

void main();
